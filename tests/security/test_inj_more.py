"""INJ-04, INJ-08, INJ-11: papers are no programs and fetch nothing; a header is one line; whoever typed what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import BadHeaderError, HttpResponse
from django.test import Client

from lianxin.cases.models import Case, Paper
from lianxin.files.names import disposition, title_of
from lianxin.organs.models import Organ
from lianxin.papers import PaperContent, render
from tests.cast import Cast
from tests.papers import paper_samples as samples
from tests.papers.conftest import glyph_cache, regular_fonts, with_fonts  # noqa: F401 - fixtures
from tests.papers.paper_reading import text
from tests.security.conftest import Browser
from tests.web.public.walking import filed, kept, new_code, show, walk

ROOT = Path(__file__).parents[2]
SECRET = "canary-of-a-local-file-8842"


def printed(content: PaperContent) -> str:
    """Return the words of a paper without blanks."""
    return text(render(content, issued_at=samples.ISSUED_AT))


def programs(file: Path) -> list[str]:
    """Return texts that read a file, fetch an address or never end, in the languages of typesetters, browsers and templates."""
    where = str(file)
    return [
        f'#read("{where}")',
        f'#image("{where}")',
        f'#include "{where}"',
        '#import "@preview/cetz:0.2.2"',
        "#for n in range(10000000) [x]",
        "#while true {}",
        "#let x = sys.inputs; #eval(x)",
        f"<img src=file://{where}>",
        f"<link rel=attachment href='file://{where}'>",
        f"<iframe src='file://{where}'></iframe>",
        f"<img src='php://filter/read=convert.base64-encode/resource={where}'>",
        "<script src=http://127.0.0.1:9/x></script>",
        f"\\input{{{where}}}",
        f"{{% include '{where}' %}}{{{{ a.__class__.__mro__ }}}}",
        f"%(x)s ${{jndi:ldap://127.0.0.1:9/a}} &#123; <!ENTITY x SYSTEM 'file://{where}'>",
    ]


@pytest.mark.usefixtures("with_fonts")
def test_inj_04_11_what_people_typed_is_printed_and_never_run_or_fetched(tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    for one in programs(file):
        words = re.sub(r"\s+", "", one)
        claims = [{**samples.CLAIMS[0], "facts": one, "text": one, "basis": [one]}]
        for content in (
            samples.changed(samples.OPINION, claims=claims, petitioner=one),
            samples.changed(samples.RECEIPT, summary=one),
            samples.changed(samples.ACCEPTANCE, matter=one),
        ):
            said = printed(content)
            assert words in re.sub(r"\s+", "", said), one
            assert SECRET not in said
            pdf = render(content, issued_at=samples.ISSUED_AT)
            for acting in (
                b"/JavaScript",
                b"/Launch",
                b"/EmbeddedFile",
                b"/GoToR",
                b"/SubmitForm",
                b"/RichMedia",
            ):
                assert acting not in pdf, (one, acting)


@pytest.mark.usefixtures("with_fonts")
def test_inj_11_the_typesetter_itself_reads_nothing_outside_its_layouts(tmp_path: Path) -> None:
    """The layouts have no name that reads a path from a text; and a layout that did would be refused outside its folder."""
    import typst

    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    layouts = ROOT / "lianxin/papers/templates"
    for one in (f'#read("{file}")', '#read("../../../../../../../../etc/passwd")', f'#image("{file}")'):
        compiler = typst.Compiler(root=layouts)
        with pytest.raises(typst.TypstError):
            compiler.compile(input=one.encode(), format="pdf")


def test_inj_04_papers_come_from_files_of_the_program_that_no_page_can_change(
    cast: Cast, browser: Browser
) -> None:
    """No organ edits a layout; layouts neither run nor open what they are given."""
    layouts = sorted((ROOT / "lianxin/papers/templates").glob("*.typ"))
    assert layouts
    for one in layouts:
        found = re.findall(
            r"\b(eval|read|include|plugin|json|csv|toml|yaml|xml|cbor)\(", one.read_text(encoding="utf-8")
        )
        given = re.findall(
            r"json\(bytes\(sys\.inputs\.\w+\)\)|json\(bytes\(", one.read_text(encoding="utf-8")
        )
        assert set(found) <= {"json"} and len(given) == found.count("json"), one.name
    code = [file.read_text(encoding="utf-8") for file in (ROOT / "lianxin").rglob("*.py")]
    assert not [
        one for one in code if re.search(r"Template\(|from_string\(|Engine\(|jinja2|Environment\(", one)
    ]


@pytest.mark.usefixtures("with_fonts")
def test_inj_11_a_petition_full_of_programs_gives_a_receipt_and_no_file(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    client = Client()
    body = "外婆的低保金停发了三个月。（虚构）\n" + "\n".join(programs(file))
    walk(client, cast, story={"story": body})
    assert client.post("/file/check/").status_code == 302
    case = filed(client)
    answer = client.post("/file/receipt/paper/", kept(client))
    pdf = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200 and pdf.startswith(b"%PDF-")
    assert SECRET not in text(pdf) and case.number[:7] in text(pdf)


BREAKS = ("\r\n", "\n", "\r", "%0d%0a", "\u2028", "\u0085", "\u560d\u560a")
EVIL = "Set-Cookie: evil=1"


def one_line(answer: HttpResponse) -> None:
    """Fail where an answer has a header or a cookie nobody wrote, or one of several lines."""
    for name, value in answer.headers.items():
        assert not re.search(r"[\r\n\x85\u2028]", f"{name}{value}"), name
    assert "evil" not in answer.cookies and "evil" not in " ".join(answer.headers)


@pytest.mark.parametrize("cut", BREAKS)
def test_inj_08_redirects_stay_one_line_and_at_home(cast: Cast, cut: str) -> None:
    onward = f"/help/{cut}{EVIL}{cut}{cut}<html>"
    for path, given in (
        ("/i18n/setlang/", {"language": "en", "next": onward}),
        ("/print-size/", {"large_print": "on", "next": onward}),
        ("/desk/sign-in", {"username": "ran", "password": "cast-password-2026", "next": onward}),
    ):
        answer = Client().post(path, given)
        assert answer.status_code in (302, 422), path
        one_line(answer)
        where = answer.headers.get("Location", "/")
        assert where.startswith("/") and "\\" not in where and not where.startswith("//")


@pytest.mark.parametrize("cut", BREAKS)
def test_inj_08_names_of_files_people_and_numbers_break_no_header(
    cast: Cast, browser: Browser, cut: str
) -> None:
    name = f"证据{cut}{EVIL}.pdf"
    header = disposition(title_of(name))
    assert not re.search(r"[\r\n\x85\u2028]", header) and header.count("filename=") == 1
    header = disposition(name)
    assert not re.search(r"[\r\n\x85\u2028]", header), "also where nobody has made it harmless before"
    case: Case = cast.served()
    Paper.objects.filter(case_id=case.pk).update(number=f"安民{cut}{EVIL}")
    Organ.objects.filter(pk=cast.organs["anzhou"].pk).update(short_name=f"民政局{cut}{EVIL}")
    officer = browser("han")
    follower = Client()
    show(follower, cast, case, new_code(case))
    seqs = list(Paper.objects.filter(case_id=case.pk).values_list("seq", flat=True))
    assert seqs
    for seq in seqs:
        for client, path in (
            (officer, f"/desk/case/{case.pk}/papers/{seq}.pdf"),
            (follower, f"/follow/paper/{seq}/"),
        ):
            one_line(client.get(path))


def test_inj_08_django_refuses_a_header_of_two_lines_itself() -> None:
    with pytest.raises(BadHeaderError):
        HttpResponse(headers={"X-Name": f"a\r\n{EVIL}"})


def test_inj_08_rate_02_priv_07_no_message_is_sent_that_could_get_a_second_recipient() -> None:
    """Neither mail nor text messages: what is told is told on the pages, on paper and by telephone."""
    sending = r"django\.core\.mail|send_mail|EmailMessage|mail_admins|smtplib|AdminEmailHandler|sms_|send_sms"
    for file in (ROOT / "lianxin").rglob("*.py"):
        assert not re.search(sending, file.read_text(encoding="utf-8")), file
