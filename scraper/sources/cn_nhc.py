"""Mainland: the National Health Commission. Listed, never fetched; its news reaches us through the other portals."""

from scraper.source import out_of_reach

WHY = "it answers plain clients with 412 and a challenge that only a browser's scripts can meet"
LIST = "https://www.nhc.gov.cn/wjw/gfxwjj/list.shtml"

SOURCES = (
    out_of_reach("cn_nhc", "Mainland: National Health Commission", "www.nhc.gov.cn", "zh-Hans", "Mainland", LIST, WHY),
)
