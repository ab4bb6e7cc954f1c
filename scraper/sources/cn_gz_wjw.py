"""Guangzhou: the Health Commission, the file behind its column 53522.

The only column whose file has been seen is that of 2020's epidemic; the number of its news is not known (SOURCES 4a),
so it is not watched until somebody has looked.
"""

from scraper.pages import nfcms, nfcms_json
from scraper.source import Listing, Source

HOST = "wjw.gz.gov.cn"
POSTS = nfcms.posts(HOST)
COLUMN = Listing(f"https://{HOST}/postmeta/i/53522.json", nfcms_json.articles(POSTS))
TITLE = "Guangzhou: Health Commission (news column unverified: off)"

SOURCES = (Source("cn_gz_wjw", TITLE, HOST, "zh-Hans", "Guangdong", COLUMN, POSTS, nfcms.read, enabled=False),)
