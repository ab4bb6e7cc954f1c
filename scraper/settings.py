"""Scrapy settings, for `scrapy crawl SOURCE` and for the child; each departure from the defaults with its reason.

The child takes all of these and changes what CHILD says at the end: there the service decides when, where and whether.
"""

from __future__ import annotations

from typing import Any

from scraper.agent import agent

BOT_NAME = "coopwatch"
SPIDER_LOADER_CLASS = "scraper.spiders.loader.SourceLoader"  # every source is a spider under its own name
COMMANDS_MODULE = "scraper.commands"  # `scrapy savepage`
USER_AGENT = agent(None)  # an honest agent; the child adds the operator's contact

# --- who answers -------------------------------------------------------------------------------------------------
DOWNLOAD_VERIFY_CERTIFICATES = True  # off by default: expired, wrong host and unknown CA would all be read as news
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"  # older versions can be forged
DOWNLOAD_HANDLERS = {
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}  # a page must not lead anywhere but to http(s)

# --- how much is taken -------------------------------------------------------------------------------------------
DOWNLOAD_MAXSIZE = 5 << 20  # default 1 GiB; counts decoded bytes too, so that a small bomb ends here as well
DOWNLOAD_WARNSIZE = 1 << 20  # the largest real page is 480 KB
DOWNLOAD_TIMEOUT = 30  # for the whole exchange: dripping headers and bodies end here
DNS_TIMEOUT = 10  # default 60
DOWNLOAD_FAIL_ON_DATALOSS = True  # the default, and meant: a body cut short is a failure

# --- what is obeyed ----------------------------------------------------------------------------------------------
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 2  # on SIGTERM whatever is queued is still waited for, so queue little
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # one request at a time
DOWNLOAD_DELAY = 2
DOWNLOAD_DELAY_JITTER = 0  # the delay is the least that was promised, not an average
AUTOTHROTTLE_ENABLED = True  # slower where the portal is slow, never faster than the delay
RETRY_TIMES = 2
RETRY_HTTP_CODES = [
    500,
    502,
    504,
]  # 429 and 503 ask for patience, which Scrapy's retry (it ignores Retry-After) has not
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False  # a page cannot send us elsewhere
COOKIES_ENABLED = False  # nothing here needs them; they have leaked between hosts before
REFERRER_POLICY = "no-referrer"  # and no policy is taken from a response

# --- what is not listening ---------------------------------------------------------------------------------------
TELNETCONSOLE_ENABLED = False  # on by default: runs code for whoever reaches it
REMOTE_CONTROL_ENABLED = False  # the same, new in Scrapy 2.19
HTTPCACHE_ENABLED = False  # it serves the old page as 200 during an outage

# --- what it costs -----------------------------------------------------------------------------------------------
CONCURRENT_ITEMS = 4  # Scrapy 2.19 starts this many tasks a response; 100 by default cost a seventh of all CPU
REACTOR_THREADPOOL_MAXSIZE = 4  # name look-ups only; each thread reserves address space, which is limited
CLOSESPIDER_TIMEOUT = 1800  # a crawl from the command line ends some time
MEMUSAGE_LIMIT_MB = 350
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
FEED_EXPORT_ENCODING = "utf-8"  # Chinese as Chinese, not as \uXXXX
LOG_LEVEL = "INFO"

DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "scraper.middlewares.SoundAnswer": 650,  # sees an answer before the redirect and retry middlewares do
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no portal asks for a password
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # the environment names no proxy for us
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,  # a Referrer-Policy header was once run as code
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # a check for developers, at a price
}

# --- the child: the service has asked robots.txt, holds the host's turn and decides on each hop and each retry -----
CHILD: dict[str, Any] = {
    "ROBOTSTXT_OBEY": False,  # the service asks, as RFC 9309 says (Scrapy goes on when robots.txt answers 500)
    "DOWNLOAD_DELAY": 0,  # the service waits before it hands out the job, for glances and jobs alike
    "CONCURRENT_REQUESTS": 16,  # jobs in flight, each for another host
    "AUTOTHROTTLE_ENABLED": False,  # the service holds a host that asks for it
    "RETRY_ENABLED": False,  # the promise to read stays in the database and is kept later
    "REDIRECT_ENABLED": False,  # each hop is a new job: its host, its turn, its robots.txt
    "CLOSESPIDER_TIMEOUT": 0,  # it lingers until the service closes its standard input
    "MEMUSAGE_ENABLED": False,  # the kernel's limit holds at once, the extension looks once a minute
    "LOG_LEVEL": "WARNING",
    "LOG_FORMAT": "%(levelname)s %(name)s: %(message)s",
    "STATS_DUMP": False,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the service knows what it asks for twice
    "ITEM_PIPELINES": {"scraper.pipelines.AnswerLine": 100},
    "DOWNLOADER_MIDDLEWARES": DOWNLOADER_MIDDLEWARES
    | {
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # drops silently; the service checks hosts
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
        "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    },
    "SPIDER_MIDDLEWARES": SPIDER_MIDDLEWARES
    | {
        "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # every status gets its answer
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
        "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    },
    "EXTENSIONS": {
        "scrapy.extensions.corestats.CoreStats": None,
        "scrapy.extensions.logcount.LogCount": None,
        "scrapy.extensions.telnet.TelnetConsole": None,
        "scrapy.extensions.memusage.MemoryUsage": None,
        "scrapy.extensions.memdebug.MemoryDebugger": None,
        "scrapy.extensions.closespider.CloseSpider": None,
        "scrapy.extensions.feedexport.FeedExporter": None,
        "scrapy.extensions.logstats.LogStats": None,
        "scrapy.extensions.spiderstate.SpiderState": None,
        "scrapy.extensions.throttle.AutoThrottle": None,
        "scrapy.extensions.remote_control.RemoteControl": None,
    },
}
