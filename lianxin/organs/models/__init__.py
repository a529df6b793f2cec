"""Tables of places, organs, and the people who hold posts in them."""

from lianxin.organs.models.access import Account, Budget, Passkey, Session, SignInEvent
from lianxin.organs.models.binding import Binding
from lianxin.organs.models.organ import Organ, OrganChange, OrganKind, OrganLevel
from lianxin.organs.models.region import Region, RegionChange, RegionLevel
from lianxin.organs.models.staff import Post, Role, Staff

__all__ = [
    "Account",
    "Binding",
    "Budget",
    "Organ",
    "OrganChange",
    "OrganKind",
    "OrganLevel",
    "Passkey",
    "Post",
    "Region",
    "RegionChange",
    "RegionLevel",
    "Role",
    "Session",
    "SignInEvent",
    "Staff",
]
