"""The page: formcheck in a browser on this machine, for the person on the mat.

Read ``server`` first: it builds the server and ends it. ``guard`` lets only the person's own
browser in; ``links`` talks to open pages; ``bridge`` runs one session in a thread and ``front`` is
what the session's leader sees of the page; ``board`` and ``pictures`` are what the page sees of the
session. ``answers`` has the addresses of the other pages; ``today``, ``diary``, ``drills``,
``clips`` and ``cameras`` give what they show. ``phone`` is the door for one telephone (with its
``certificate``) and ``feed`` the stream that it sends. ``static`` holds the page itself: plain ES
modules and CSS, no build step. May import ``report``, ``lead`` and everything below; nothing here
judges anything.
"""
