"""A port of the router that leads here: what is said to routers, and when.

In reading order: `outcome` (a mapping, or why there is none), the three languages `pcp`,
`nat_pmp` and UPnP (`ssdp`, `http_answer`, `xml_fields`, `igd`), and `port_mapper`, which decides
what is asked when. Bytes and the time in, bytes and decisions out.
"""
