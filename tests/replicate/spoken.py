"""Sentences in every script, and texts of any letters: what the tests of noise look at."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from replicate.languages import languages
from replicate.perturb import KINDS, Perturbation, keyboards

REAL = sorted(languages())
ALL = [*REAL, "a1a", "c1a", "d1a", "e1a", "f1a"]  # of the artificial ones, one in each script
CHANGING = [kind for kind in KINDS if kind != "none"]
# A sentence in each script: clusters, marks, signs of every sort, digits, and what is no letter.
SENTENCES = {
    "en": "The quick brown fox doesn't jump over 13 lazy dogs 👩‍👩‍👧.",
    "vi": "Tiếng Việt có nhiều dấu, ví dụ: đường phố Hà Nội.",
    "tr": "İstanbul'da ışıklı IĞDIR günü şöyle geçti.",
    "ru": "Съешь ещё этих мягких французских булок, да выпей чаю.",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, λέει ο ποιητής.",
    "ka": "ქართული ენა ძალიან ლამაზია.",
    "ar": "اللُّغَةُ العربيّة جميلة، أليس كذلك؟ 123",
    "fa": "می‌خواهم کتاب‌های تازه بخوانم.",
    "he": "בְּרֵאשִׁית בָּרָא, שלום לכל העולם!",
    "hi": "क्षत्रिय विश्वविद्यालय में ज़रूरी परीक्षा है, 1947 में।",
    "bn": "বাংলা ভাষায় যুক্তাক্ষর অনেক, যেমন ক্ষ ও ঞ্জ।",
    "pa": "ਪੰਜਾਬੀ ਭਾਸ਼ਾ ਸਿੱਖੋ।",
    "gu": "ગુજરાતી ભાષા શ્રેષ્ઠ છે.",
    "ta": "தமிழ் மொழி, ஸ்ரீ க்ஷேத்திரம் கௌரவம்.",
    "te": "తెలుగు భాష న్యాయం స్త్రీ.",
    "ml": "മലയാളം ക്ഷേത്രം സ്വാതന്ത്ര്യം.",
    "th": "น้ำตาลเป็นของที่ขมจริงหรือ กำลังเรียนอยู่",
    "my": "မြန်မာဘာသာစကားကို လေ့လာနေပါသည်။ အင်္ဂလိပ်",
    "ko": "한국어를 배우고 있습니다. 값이 싸다!",
    "ja": "日本語の文章、カタカナとひらがなが混ざる。ガラス",
    "zh": "中国人民大学在北京，國語與漢字。",
}
MIXED = "".join(SENTENCES.values())


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def letters(code: str) -> list[str]:
    """What a language is written with: its keys, alone and with the signs of other keys on them, and characters of its set."""
    found = keyboards.layout(code)
    keys = list(found.near) if found else list("中国人大学湖語")
    signs = [key for key in keys if unicodedata.category(key[0])[0] == "M"]
    return [*keys, *(key + sign for key in keys[::7] for sign in signs[::5] if key not in signs)]


STRANGE = st.text(st.sampled_from(list("a e\u0301\u200d\u094dक்\r\n\U0001f1e9👩\u1100\u1161\u11a8ก\u0e33\u0301.1 é")), max_size=14)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A language and a text: in its own letters, in all scripts at once, in anything that Unicode has, or in what melts."""
    code = draw(st.sampled_from(ALL))
    words = st.lists(st.text(st.sampled_from(" "), max_size=1) | st.sampled_from(letters(code)), max_size=25).map("".join)
    text = draw(words | st.text(st.sampled_from(MIXED), max_size=25) | st.text(max_size=12) | STRANGE)
    return code, draw(st.sampled_from((nfc, nfd, str)))(text)


noises = st.builds(
    Perturbation, st.sampled_from(CHANGING), st.sampled_from((0.05, 0.1, 0.3, 0.7, 1.0)), st.integers(min_value=0, max_value=3)
)
