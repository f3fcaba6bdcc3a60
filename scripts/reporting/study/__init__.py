"""Studies: measurements of one question that are committed, a folder a processor. machine.py is what all of them need, the rest is
scripts/study-direct."""
# SPDX-License-Identifier: Apache-2.0
