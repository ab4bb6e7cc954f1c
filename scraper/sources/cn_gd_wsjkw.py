"""Guangdong: the Health Commission, through the directory of its public information (gkmlpt, site 216).

The column of its general news has not been seen (SOURCES 4a); the directory takes in all its columns.
"""

from scraper.pages import nfcms, nfcms_json
from scraper.source import Listing, Source

HOST = "wsjkw.gd.gov.cn"
POSTS = nfcms.posts(HOST)
DIRECTORY = Listing(f"https://{HOST}/gkmlpt/api/all/0?page=1&sid=216", nfcms_json.articles(POSTS))
TITLE = "Guangdong: Health Commission (public information)"

SOURCES = (Source("cn_gd_wsjkw", TITLE, HOST, "zh-Hans", "Guangdong", DIRECTORY, POSTS, nfcms.read),)
