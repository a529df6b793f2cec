from django.http import HttpResponse
def accept(request): return HttpResponse("")
evaluate=accept
