"""An `__init__` for each number of fields, compiled when the program is. Written by `python -m avion_lint.widening`."""
# mypy: allow-untyped-defs


def _0():
    def __init__(self):
        pass

    return __init__


def _1(p0):
    def __init__(self, v0):
        p0(self, v0)

    return __init__


def _2(p0, p1):
    def __init__(self, v0, v1):
        p0(self, v0)
        p1(self, v1)

    return __init__


def _3(p0, p1, p2):
    def __init__(self, v0, v1, v2):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)

    return __init__


def _4(p0, p1, p2, p3):
    def __init__(self, v0, v1, v2, v3):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)

    return __init__


def _5(p0, p1, p2, p3, p4):
    def __init__(self, v0, v1, v2, v3, v4):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)

    return __init__


def _6(p0, p1, p2, p3, p4, p5):
    def __init__(self, v0, v1, v2, v3, v4, v5):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)

    return __init__


def _7(p0, p1, p2, p3, p4, p5, p6):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)

    return __init__


def _8(p0, p1, p2, p3, p4, p5, p6, p7):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)

    return __init__


def _9(p0, p1, p2, p3, p4, p5, p6, p7, p8):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)

    return __init__


def _10(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)

    return __init__


def _11(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)

    return __init__


def _12(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)

    return __init__


def _13(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)

    return __init__


def _14(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)

    return __init__


def _15(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)

    return __init__


def _16(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)

    return __init__


def _17(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)
        p16(self, v16)

    return __init__


def _18(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)
        p16(self, v16)
        p17(self, v17)

    return __init__


def _19(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)
        p16(self, v16)
        p17(self, v17)
        p18(self, v18)

    return __init__


def _20(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)
        p16(self, v16)
        p17(self, v17)
        p18(self, v18)
        p19(self, v19)

    return __init__


def _21(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p20):
    def __init__(self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)
        p16(self, v16)
        p17(self, v17)
        p18(self, v18)
        p19(self, v19)
        p20(self, v20)

    return __init__


def _22(p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p20, p21):
    def __init__(
        self, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20, v21
    ):
        p0(self, v0)
        p1(self, v1)
        p2(self, v2)
        p3(self, v3)
        p4(self, v4)
        p5(self, v5)
        p6(self, v6)
        p7(self, v7)
        p8(self, v8)
        p9(self, v9)
        p10(self, v10)
        p11(self, v11)
        p12(self, v12)
        p13(self, v13)
        p14(self, v14)
        p15(self, v15)
        p16(self, v16)
        p17(self, v17)
        p18(self, v18)
        p19(self, v19)
        p20(self, v20)
        p21(self, v21)

    return __init__


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
)
