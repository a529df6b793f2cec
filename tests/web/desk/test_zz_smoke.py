import pytest
from tests.cast import Cast
pytest_plugins=[]
@pytest.mark.django_db
def test_pages(cast, desk, today):
    c=desk("ran")
    for u in ["/desk/","/desk/search/","/desk/search/?number=123","/desk/register/","/desk/?state=registered&channel=online&mine=1&shelf=due"]:
        r=c.get(u); print(u,r.status_code)
    cases=dict(filed=cast.filed().case, registered=cast.registered(), accepted=cast.accepted(), assigned=cast.assigned(), drafted=cast.drafted(), issued=cast.issued(), served=cast.served(), referred=cast.referred())
    who={"filed":["ran/register"],"registered":["fen/refer","fen/accept","tou/accept"],"accepted":["fen/assign"],"assigned":["han/draft-opinion"],"drafted":["tou/sign","tou/send-back","shen/send-back"],"issued":["ran/serve"],"served":[],"referred":["fen/take","tou/object"]}
    for k,case in cases.items():
        for n in ["ran","fen","han","tou","shen"]:
            d=desk(n)
            r=d.get(f"/desk/case/{case.pk}/"); print(k,n,r.status_code)
            assert r.status_code==200
            assert d.get(f"/desk/case/{case.pk}/?as=petitioner").status_code==200
        for w in who[k]:
            n,a=w.split("/")
            r=desk(n).get(f"/desk/case/{case.pk}/{a}/"); print(k,w,r.status_code)
            r=desk(n).post(f"/desk/case/{case.pk}/{a}/",{}); print(k,w,r.status_code)
    g=desk("guan")
    for u in ["/desk/","/desk/manage/","/desk/manage/organs/4/","/desk/manage/organs/4/add/","/desk/manage/organs/4/move/","/desk/manage/organs/4/end/","/desk/manage/staff/","/desk/manage/staff/add/","/desk/manage/staff/1/","/desk/manage/import/","/desk/manage/organs/5/"]:
        r=g.get(u); print(u,r.status_code)
    r=desk("wai").get(f"/desk/case/{cases['served'].pk}/"); print(r.status_code)
