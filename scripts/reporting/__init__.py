"""reporting - what scripts/report is made of.

run.py reads the files of a benchmark run; sections/ turn them into content (content.py), a file a question; markdown.py and page.py
write that content; style.py is the one look of all plots. mann_whitney.py is scripts/compare's test.
"""
# SPDX-License-Identifier: Apache-2.0
