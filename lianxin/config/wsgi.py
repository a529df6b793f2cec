"""The WSGI entry of the server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from lianxin.config.connections import fresh
from lianxin.web.bodies import bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
application = bounded(fresh(get_wsgi_application()))


def _lease_node() -> None:
    """Lease the node number of this process outside any transaction; a store that is down is asked again at the first id."""
    from django.db import DatabaseError, connection

    from lianxin.ledger.ids import maker

    try:
        maker.prepare()
    except DatabaseError:
        pass
    finally:
        connection.close()


_lease_node()
