"""Fonts with Chinese letters, for pictures that matplotlib draws."""

from functools import cache

FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei", "PingFang SC", "SimHei",
)  # fmt: skip
FILES = ("notosanscjk", "notosanssc", "sourcehansans", "wqy", "msyh", "pingfang", "simhei")


@cache
def chinese_font():
    """An installed font with Chinese letters, or None; matplotlib knows it afterwards."""
    from matplotlib import font_manager

    def known():
        installed = {entry.name for entry in font_manager.fontManager.ttflist}
        return next((font for font in FONTS if font in installed), None)

    if known() is None:  # matplotlib's list may be older than the font
        for path in font_manager.findSystemFonts():
            name = path.replace("\\", "/").rpartition("/")[2].lower()
            if "bold" not in name and name.startswith(FILES):
                font_manager.fontManager.addfont(path)
    return known()
