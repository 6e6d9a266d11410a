"""Customer comments with planted topics: whoever groups them can be marked.

Twenty topics, each with twelve words of its own, the first the most frequent; some words belong to two topics. A
comment is one to three short sentences in frames that all topics share, with words that any comment may hold; one
topic word in thirty comes from another topic. Topics are unequally common, the first three times as much as the last.
"""

import random
import re

TOPICS = {
    "delivery": "delivery parcel courier late arrived delayed waited doorstep driver tracking shipped dispatch",
    "billing": "invoice charged twice bill payment reminder amount statement overcharged deducted tax receipt",
    "refund": "refund money returned credited refused weeks credit voucher compensation reimbursed bank owed",
    "quality": "seam zip tore broke stitching fabric faulty leaked waterproof defect worn material",
    "size": "size fit tight small large sleeves shoulders waist chart narrow wide length",
    "website": "website page checkout crashed loading browser button error basket search screen menu",
    "app": "app update phone android crash notification install version login button screen iphone",
    "account": "password account login locked reset email verification code username security signed profile",
    "phone": "call hotline hold music queue minutes rang operator voicemail transferred line callback",
    "staff": "staff rude assistant friendly manager attitude helpful polite cashier employee ignored shouted",
    "price": "price expensive discount cost increase cheaper competitor sale offer paid value raised",
    "packaging": "packaging box cardboard plastic wrapped crushed oversized recycling tape foam waste dented",
    "stock": "stock available sold backorder restock colour unavailable waiting warehouse model discontinued ordered",
    "store": "store parking opening hours shop crowded aisle fitting entrance lift escalator closed",
    "food": "food cold taste meal menu soup portion dessert chef salty fresh dish",
    "room": "room bed shower noise towels clean window pillow mattress bathroom heating hotel",
    "contract": "contract cancel subscription notice renewal terms months clause signed automatically terminate plan",
    "internet": "internet router signal speed outage connection wifi cable dropped technician modem coverage",
    "privacy": "newsletter privacy data consent spam unsubscribe marketing emails cookies personal advertising deleted",
    "loyalty": "points loyalty card rewards bonus member coupon redeem status expired collect gift",
}  # fmt: skip
FRAMES = (
    "the {} and the {} were {common} this", "i had a {common} {} with the {}", "my {} is {} {common}",
    "why is the {} so {} , {common} ?", "{common} , the {} was not {}", "it was about the {} and the {} of my {common}",
    "{} {} and {common} too", "after that the {} was {} {common}", "there is a {} with the {} , {common}",
    "we had {common} {} and {}", "{common} : {} , {} and no more", "all of the {} was {} , i am {common}",
)  # fmt: skip
COMMON = (
    "really problem again yesterday honestly friend week always order great bad customer spring summer "
    "partner work months year thing people happy sorry annoying question time nice experience part days "
    "holiday think expected first second present birthday usually finally surprised morning evening long "
    "short big little half company reason way "
)
ASTRAY = 1 / 30
_SLOT = re.compile(r"\{(common)?\}")


def write_comments(count: int, *, seed: int = 0, topics: int = 20) -> tuple[list[str], list[str]]:
    """Comments and the topic of each."""
    draw, common = random.Random(seed), COMMON.split()
    names = list(TOPICS)[:topics]
    words = {name: TOPICS[name].split() for name in names}
    often = [1 / (place + 10) for place in range(len(names))]
    planted = draw.choices(names, often, k=count)

    def word(topic: str) -> str:
        own = words[draw.choice(names) if draw.random() < ASTRAY else topic]
        return own[int(draw.random() ** 2 * len(own))]

    def comment(topic: str) -> str:
        sentences = draw.choices(FRAMES, k=draw.choice((1, 2, 2, 3, 3)))
        text = ". ".join(
            _SLOT.sub(lambda slot: draw.choice(common) if slot[1] else word(topic), frame)
            for frame in sentences
        )
        return f"{text[0].upper()}{text[1:]}."

    return [comment(topic) for topic in planted], planted
