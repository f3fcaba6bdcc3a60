# comments.sed - the header's plain comments as Doxygen wants them: what stands before a declaration, what stands behind a member, and
# the headings of sections, each of which becomes a group of members. Signs that are commands to Doxygen are kept as they are.
# SPDX-License-Identifier: Apache-2.0
/^\/\* SPDX/d
/^\/\* ---- /{
  :heading
  / ---- \*\/$/!{
    N
    s/\n \* / /
    b heading
  }
  s,^/\* ---- \(.*\) ---- \*/$,\1,
  G
  # the hold space has a mark as soon as a group is open
  s,^\([^\n]*\)\n\(.*\)$,/** \2\\name \1\n *  \\{ */,
  x
  s,.*,\\}\n *  ,
  x
  b
}
/^#/!s/[@\\#<]/\\&/g
s,^/\* \(gconv[a-z_]*[.]h\) - ,/** \\file\n * \\brief ,
s,^/\* ,/** ,
s,\([^ ] *\)/\* ,\1/**< ,
${
  p
  x
  s,.*,/** \\} */,
}
