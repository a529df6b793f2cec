"""Addresses of the officers' desk, below /desk/."""

from __future__ import annotations

from django.urls import path

from lianxin.web.desk.views import case, handling, register, routing, search, session, worklist
from lianxin.web.desk.views.manage import importing, organs, staff

app_name = "desk"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("sign-in", session.sign_in, name="sign_in"),
    path("sign-out", session.sign_out, name="sign_out"),
    path("switch-organ", session.switch_organ, name="switch_organ"),
    path("search/", search.search, name="search"),
    path("register/", register.register, name="register"),
    path("register/<int:draft_id>/", register.register_draft, name="register_draft"),
    path("register/<int:draft_id>/check/", register.check, name="check"),
    path("register/<int:draft_id>/done/", register.registered, name="registered"),
    path("register/<int:draft_id>/receipt.pdf", register.receipt, name="receipt"),
    path("register/<int:draft_id>/discard/", register.discard, name="discard"),
    path("case/<int:case_id>/", case.case, name="case"),
    path("case/<int:case_id>/reveal/", case.reveal, name="reveal"),
    path("case/<int:case_id>/papers/<int:seq>.pdf", case.paper, name="paper"),
    path("case/<int:case_id>/register/", routing.register, name="act_register"),
    path("case/<int:case_id>/refer/", routing.refer, name="act_refer"),
    path("case/<int:case_id>/take/", routing.take, name="act_take"),
    path("case/<int:case_id>/object/", routing.object_to, name="act_object"),
    path("case/<int:case_id>/agree-objection/", routing.agree_objection, name="act_agree_objection"),
    path("case/<int:case_id>/reject-objection/", routing.reject_objection, name="act_reject_objection"),
    path("case/<int:case_id>/accept/", handling.accept, name="act_accept"),
    path("case/<int:case_id>/assign/", handling.assign, name="act_assign"),
    path("case/<int:case_id>/draft-opinion/", handling.draft_opinion, name="act_draft_opinion"),
    path("case/<int:case_id>/send-back/", handling.send_back, name="act_send_back"),
    path("case/<int:case_id>/sign/", handling.sign, name="act_sign"),
    path("case/<int:case_id>/serve/", handling.serve, name="act_serve"),
    path("manage/", organs.overview, name="manage"),
    path("manage/organs/<int:organ_id>/", organs.organ, name="manage_organ"),
    path("manage/organs/<int:organ_id>/add/", organs.add, name="manage_organ_add"),
    path("manage/organs/<int:organ_id>/move/", organs.move, name="manage_organ_move"),
    path("manage/organs/<int:organ_id>/end/", organs.end, name="manage_organ_end"),
    path("manage/staff/", staff.people, name="manage_people"),
    path("manage/staff/add/", staff.add, name="manage_person_add"),
    path("manage/staff/<int:staff_id>/", staff.person, name="manage_person"),
    path("manage/staff/<int:staff_id>/switch/", staff.switch, name="manage_switch"),
    path("manage/posts/<int:post_id>/end/", staff.end_post, name="manage_end_post"),
    path("manage/import/", importing.import_file, name="manage_import"),
]
