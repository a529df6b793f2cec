"""Addresses of the telephone and of the knowledge one looks up, below /desk/; part of `urls`."""

from __future__ import annotations

from django.urls import path

from lianxin.web.desk.views import calls, knowledge, knowledge_writing

urlpatterns = [
    path("calls/", calls.calls, name="calls"),
    path("calls/take/", calls.take, name="call_take"),
    path("calls/<int:back_id>/", calls.back, name="call_back"),
    path("calls/<int:back_id>/number/", calls.number, name="call_number"),
    path("calls/<int:back_id>/tried/", calls.tried, name="call_tried"),
    path("knowledge/", knowledge.knowledge, name="knowledge"),
    path("knowledge/found/", knowledge.found, name="knowledge_found"),
    path("knowledge/hints/", knowledge.entitled, name="knowledge_hints"),
    path("knowledge/write/", knowledge_writing.write, name="knowledge_write"),
    path("knowledge/<int:article_id>/", knowledge.article, name="knowledge_article"),
    path("knowledge/<int:article_id>/edit/", knowledge_writing.edit, name="knowledge_edit"),
    path("knowledge/<int:article_id>/publish/", knowledge_writing.publish, name="knowledge_publish"),
    path("knowledge/<int:article_id>/withdraw/", knowledge_writing.withdraw, name="knowledge_withdraw"),
]
