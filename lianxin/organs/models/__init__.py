"""Tables of places, organs, and the people who hold posts in them."""

from lianxin.organs.models.organ import Organ, OrganChange, OrganKind, OrganLevel
from lianxin.organs.models.region import Region, RegionChange, RegionLevel
from lianxin.organs.models.staff import Post, Role, Staff

__all__ = [
    "Organ",
    "OrganChange",
    "OrganKind",
    "OrganLevel",
    "Post",
    "Region",
    "RegionChange",
    "RegionLevel",
    "Role",
    "Staff",
]
