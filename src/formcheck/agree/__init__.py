"""How well two raters agree, or raters and formcheck: counts, times, holds, faults, refusals.

Read ``ratings`` (what one rater said of a clip), ``stats`` (the figures) and ``compare`` first;
``page`` makes one HTML file of the figures. May import ``report``, ``bench`` and below; the
statistics come with the extra ``agree``.
"""
