"""The health commissions of the Greater Bay Area's other cities: the lists of columns on the Guangdong platform.

None of these addresses has been seen to work (SOURCES 4a names the platform, not these sites), so none is watched until
somebody has looked; a table of your own with the right column serves as well ([sources.NAME], kind = "html").
"""

from scraper.pages import nfcms
from scraper.source import Listing, Source

CITIES = (
    ("cn_zhuhai_wsj", "Zhuhai", "wsjkj.zhuhai.gov.cn", "/zwgk/tzgg/"),
    ("cn_foshan_wsj", "Foshan", "fswsj.foshan.gov.cn", "/zwgk/gzdt/"),
    ("cn_huizhou_wsj", "Huizhou", "wjj.huizhou.gov.cn", "/zwgk/gzdt/"),
    ("cn_dongguan_wsj", "Dongguan", "wjj.dg.gov.cn", "/xwzx/gzdt/"),
    ("cn_zhongshan_wsj", "Zhongshan", "wjj.zs.gov.cn", "/zwgk/gzdt/"),
    ("cn_jiangmen_wsj", "Jiangmen", "www.jiangmen.gov.cn", "/bmpd/jmswsjkj/gzdt/"),
    ("cn_zhaoqing_wsj", "Zhaoqing", "www.zhaoqing.gov.cn", "/zqwjj/gzdt/"),
)


def source(name: str, city: str, host: str, column: str) -> Source:
    """Return the source of one city."""
    posts = nfcms.posts(host)
    title, listed = (
        f"{city}: Health Commission (unverified: off)",
        Listing(f"https://{host}{column}index.html", nfcms.column(posts)),
    )
    return Source(name, title, host, "zh-Hans", "Guangdong", listed, posts, nfcms.read, enabled=False)


SOURCES = tuple(source(*city) for city in CITIES)
