"""Two hundred phrases of civil affairs, and invented texts in which they stand whole, cut short, or side by side."""

from __future__ import annotations

import re
from random import Random

PHRASES = tuple(
    re.findall(
        r"\S+",
        """
低保 低保金 城乡低保 农村低保 城市低保 低保停发 低保复核 低保边缘家庭 最低生活保障 特困供养 特困人员
五保户 分散供养 集中供养 敬老院 养老院 养老机构 养老服务 居家养老 社区养老 适老化改造 助餐点 老年食堂
高龄津贴 养老补贴 护理补贴 失能老人 空巢老人 独居老人 长期护理 退费 预付费 养老诈骗 非法集资 保健品
床位费 临时救助 急难救助 医疗救助 教育救助 受灾救助 因病致贫 刚性支出 支出型困难 低收入人口 动态监测
救助站 流浪乞讨 寻亲 托养机构 未成年人 孤儿 事实无人抚养 困境儿童 留守儿童 儿童福利院 收养登记 收养评估
送养人 弃婴 基本生活费 监护人 监护权 撤销监护 儿童主任 儿童督导员 残疾人 两项补贴 困难残疾人生活补贴
重度残疾人护理补贴 残疾证 精神障碍 康复中心 康复辅具 婚姻登记 结婚证 离婚证 离婚冷静期 补领结婚证
婚姻登记错误 冒用身份证 撤销婚姻 跨省通办 彩礼 复婚 户口本 殡葬 殡仪馆 火化 火化证 骨灰 骨灰寄存 公墓
墓地 墓穴价格 公益性墓地 节地生态安葬 海葬 树葬 散埋乱葬 惠民殡葬 殡葬乱收费 遗体接运 守灵 丧葬费 地名
地名标志 门牌号 路牌 道路命名 行政区划 界线 更名 村委会 居委会 村民委员会换届 村民代表大会 村务公开
村规民约 村务监督 罢免 换届选举 社区工作者 网格员 民政协理员 社会组织 社会团体 民办非企业 基金会
行业协会 协会收费 年检 非法社会组织 慈善 慈善募捐 公开募捐 捐赠 捐赠收据 善款 慈善信托 志愿者 志愿服务
志愿时长 福利彩票 彩票中奖 彩票销售点 社会工作者 社工站 社工证 退役士兵 优抚对象 抚恤金 烈士陵园
移民安置 三峡移民 抗震救灾 救灾物资 冬春救助 倒房重建 避难所 办事窗口 推诿 态度恶劣 一次性告知 材料齐全
不予受理 没有答复 拖延不办 服务热线 12345 网上办 证明材料 无犯罪证明 亲属关系证明 经济状况核对 家庭财产
银行存款 车辆信息 公示栏 公示期 民主评议 入户调查 优亲厚友 人情保 关系保 错保 漏保 骗保 冒领 克扣 截留
挪用 虚报 吃拿卡要 收受红包 社保卡 一卡通 打卡发放 补发 停发 追回 注销 恢复发放 信访件 复查 复核 督办
回执 2026年5月 8月份 镇民政办 街道办 民政局 民政所
""",
    )
)
FILLING = "我家在花荄镇住了三十年外婆今年八十二岁去镇上问过几次都说等通知请帮忙看一下谢谢"
MARKS = "，。；：？！、（）“”"


def texts(count: int, *, seed: int = 22) -> list[str]:
    """Return invented texts of a few words to several hundred characters, the same ones each time."""
    random = Random(seed)
    return [_text(random) for _ in range(count)]


def _text(random: Random) -> str:
    return "".join(_piece(random) for _ in range(random.choice((2, 5, 12, 40, 90))))


def _piece(random: Random) -> str:
    phrase = random.choice(PHRASES)
    start = random.randrange(len(FILLING) - 6)
    return random.choice(
        (
            phrase,
            phrase[1:],
            phrase[:-1],
            phrase[::-1],
            phrase[-1] + random.choice(PHRASES)[0],
            FILLING[start : start + random.randint(1, 6)],
            random.choice(MARKS),
        )
    )
