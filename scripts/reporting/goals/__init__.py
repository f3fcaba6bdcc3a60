"""How far direct is from its goals (kernels/impl/direct/TUNING.md): scripts/goals."""
# SPDX-License-Identifier: Apache-2.0
