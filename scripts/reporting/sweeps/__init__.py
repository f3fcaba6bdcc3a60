"""What the problem sets ladder, savings and shufflenet_g2 say together."""
# SPDX-License-Identifier: Apache-2.0
