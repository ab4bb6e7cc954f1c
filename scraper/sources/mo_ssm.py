"""Macao: the Health Bureau's own pages. Listed, never fetched: mo_gcs carries its releases (department 衛生局)."""

from scraper.source import out_of_reach

HOST = "www.ssm.gov.mo"
WHY = "it answers with a challenge that wants a browser since September 2026; mo_gcs_zh carries its releases"
LIST = f"https://{HOST}/apps1/content/ch/973/itemlist.aspx"

SOURCES = (out_of_reach("mo_ssm_zh", "Macao: Health Bureau", HOST, "zh-Hant", "Macao", LIST, WHY),)
