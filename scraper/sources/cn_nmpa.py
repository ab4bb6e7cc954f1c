"""Mainland: the National Medical Products Administration. Listed, never fetched."""

from scraper.source import out_of_reach

HOST = "www.nmpa.gov.cn"
WHY = "it answers plain clients with 412 and a challenge that only a browser's scripts can meet"
TITLE = "Mainland: National Medical Products Administration"

SOURCES = (out_of_reach("cn_nmpa", TITLE, HOST, "zh-Hans", "Mainland", f"https://{HOST}/yaowen/index.html", WHY),)
