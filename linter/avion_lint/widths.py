"""An `__init__` for each number of fields, compiled when the program is. Written by `python -m avion_lint.widening`."""
# mypy: allow-untyped-defs


def _0(self):
    pass


def _1(self, v0):
    self.f0 = v0


def _2(self, v0, v1):
    self.f0 = v0
    self.f1 = v1


def _3(self, v0, v1, v2):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2


def _4(self, v0, v1, v2, v3):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3


def _5(self, v0, v1, v2, v3, v4):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4


def _6(self, v0, v1, v2, v3, v4, v5):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5


def _7(self, v0, v1, v2, v3, v4, v5, v6):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6


def _8(self, v0, v1, v2, v3, v4, v5, v6, v7):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7


def _9(self, v0, v1, v2, v3, v4, v5, v6, v7, v8):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8


def _10(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9


def _11(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10


def _12(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11


def _13(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12


def _14(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13


def _15(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14


def _16(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15


def _17(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16


def _18(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16
    self.f17 = v17


def _19(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16
    self.f17 = v17
    self.f18 = v18


def _20(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16
    self.f17 = v17
    self.f18 = v18
    self.f19 = v19


def _21(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16
    self.f17 = v17
    self.f18 = v18
    self.f19 = v19
    self.f20 = v20


def _22(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20, v21):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16
    self.f17 = v17
    self.f18 = v18
    self.f19 = v19
    self.f20 = v20
    self.f21 = v21


def _23(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20, v21, v22):
    self.f0 = v0
    self.f1 = v1
    self.f2 = v2
    self.f3 = v3
    self.f4 = v4
    self.f5 = v5
    self.f6 = v6
    self.f7 = v7
    self.f8 = v8
    self.f9 = v9
    self.f10 = v10
    self.f11 = v11
    self.f12 = v12
    self.f13 = v13
    self.f14 = v14
    self.f15 = v15
    self.f16 = v16
    self.f17 = v17
    self.f18 = v18
    self.f19 = v19
    self.f20 = v20
    self.f21 = v21
    self.f22 = v22


WIDTHS = (
    _0,
    _1,
    _2,
    _3,
    _4,
    _5,
    _6,
    _7,
    _8,
    _9,
    _10,
    _11,
    _12,
    _13,
    _14,
    _15,
    _16,
    _17,
    _18,
    _19,
    _20,
    _21,
    _22,
    _23,
)
