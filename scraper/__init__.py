"""What the portals say: Scrapy at the edge; reading and understanding are pure functions."""
