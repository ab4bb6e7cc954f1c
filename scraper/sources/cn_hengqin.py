"""Hengqin: announcements of the Guangdong-Macao cooperation zone, the files behind its columns 24471 and 24472."""

from scraper.pages import nfcms, nfcms_json
from scraper.source import Listing, Source

HOST = "www.hengqin.gov.cn"
POSTS = nfcms.posts(HOST, "hengqin.gov.cn")
FIRST, SECOND = (
    Listing(f"https://{HOST}/postmeta/i/{column}.json", nfcms_json.articles(POSTS)) for column in (24471, 24472)
)
TITLE = "Hengqin: the Guangdong-Macao cooperation zone"

SOURCES = (Source("cn_hengqin", TITLE, HOST, "zh-Hans", "Guangdong", FIRST, POSTS, nfcms.read, (SECOND,)),)
