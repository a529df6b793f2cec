"""Addresses of the visit window, of emergencies and of leaders' reception days, below /desk/."""

from __future__ import annotations

from django.urls import path

from lianxin.web.desk.views import emergencies, reception_days, visits, visits_plan, visits_reception

urlpatterns = [
    path("visits/", visits.queue, name="visits"),
    path("visits/issue/", visits.issue, name="visit_issue"),
    path("visits/next/", visits.call_next, name="visit_next"),
    path("visits/close/", visits.close, name="visit_close"),
    path("visits/tickets/<int:ticket_id>/", visits.ticket, name="visit_ticket"),
    path("visits/tickets/<int:ticket_id>/do/", visits.ticket_do, name="visit_ticket_do"),
    path("visits/tickets/<int:ticket_id>/receive/", visits_reception.receive, name="visit_receive"),
    path("visits/receptions/", visits_reception.listed, name="visit_receptions"),
    path("visits/receptions/<int:draft_id>/", visits_reception.reception, name="visit_reception"),
    path("visits/receptions/<int:draft_id>/end/", visits_reception.end, name="visit_reception_end"),
    path("visits/receptions/<int:draft_id>/levels/", visits_reception.levels_of, name="visit_levels_of"),
    path("visits/levels/", visits_reception.levels, name="visit_levels"),
    path("visits/leaflet/", visits_reception.leaflet, name="visit_leaflet"),
    path("visits/plan/", visits_plan.plan, name="visit_plan"),
    path("visits/plan/closed/", visits_plan.closed, name="visit_closed"),
    path("visits/plan/windows/add/", visits_plan.booth_add, name="visit_booth_add"),
    path("visits/plan/windows/<int:booth_id>/", visits_plan.booth, name="visit_booth"),
    path("visits/plan/windows/<int:booth_id>/seat/", visits_plan.seat, name="visit_seat"),
    path("visits/screens/", visits_plan.screens, name="visit_screens"),
    path("visits/screens/<int:screen_id>/end/", visits_plan.screen_end, name="visit_screen_end"),
    path("visits/screen/<slug:token>/", visits_plan.screen, name="visit_screen"),
    path("visits/days/", reception_days.listed, name="visit_days"),
    path("visits/days/add/", reception_days.add, name="visit_day_add"),
    path("visits/days/<int:day_id>/", reception_days.day, name="visit_day"),
    path("visits/days/<int:day_id>/book/", reception_days.book, name="visit_book"),
    path("visits/days/<int:day_id>/cancel/", reception_days.cancel, name="visit_day_cancel"),
    path("visits/bookings/<int:booking_id>/", reception_days.result, name="visit_result"),
    path("visits/bookings/<int:booking_id>/done/", reception_days.fulfil, name="visit_fulfil"),
    path("emergencies/", emergencies.listed, name="emergencies"),
    path("emergencies/add/", emergencies.add, name="emergency_add"),
    path("emergencies/<int:emergency_id>/", emergencies.one, name="emergency"),
    path("emergencies/<int:emergency_id>/do/", emergencies.do, name="emergency_do"),
    path("emergencies/<int:emergency_id>/case/", emergencies.to_case, name="emergency_case"),
]
