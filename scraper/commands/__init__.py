"""What `scrapy` can do in this work tree beside its own commands; each module is one command."""
