from django.http import HttpResponse
def follow(request): return HttpResponse("")
case=leave=receipt=follow
def paper(request,seq): return HttpResponse("")
