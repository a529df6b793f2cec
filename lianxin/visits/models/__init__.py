"""The tables of the visit window, one module per subject."""

from __future__ import annotations

from lianxin.visits.models.days import Booking, ReceptionDay
from lianxin.visits.models.emergencies import Emergency, EmergencyEntry
from lianxin.visits.models.plan import Booth, ClosedDay, Screen, Seat
from lianxin.visits.models.tickets import Reception, Ticket

__all__ = [
    "Booking",
    "Booth",
    "ClosedDay",
    "Emergency",
    "EmergencyEntry",
    "Reception",
    "ReceptionDay",
    "Screen",
    "Seat",
    "Ticket",
]
