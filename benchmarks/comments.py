"""Customer comments with planted topics: whoever groups them can be marked.

Twenty topics, each with twelve words of its own, the first the most frequent; some words belong to two topics. A
comment is one to three short sentences in frames that all topics share, with words that any comment may hold; one
topic word in thirty comes from another topic. Topics are unequally common, the first three times as much as the last.
"""

import random
import re

TOPICS = {
    "delivery": "delivery parcel courier late arrived delayed waited doorstep driver tracking shipped dispatch overdue promised carrier depot neighbour missed van postman",
    "billing": "invoice charged twice bill payment reminder amount statement overcharged deducted tax receipt debited fee ledger accounts billed wrongly owed total",
    "refund": "refund money returned credited refused weeks credit voucher compensation reimbursed bank owed request processed claim pending repaid return label policy",
    "quality": "seam zip tore broke stitching fabric faulty leaked waterproof defect worn material cheap ripped warranty lining buckle glue sole cracked",
    "size": "size fit tight small large sleeves shoulders waist chart narrow wide length loose medium measurements toes collar chest shrunk hips",
    "website": "website page checkout crashed loading browser button error basket search screen menu link form slow filter site clicked homepage frozen",
    "app": "app update phone android crash notification install version login button screen iphone sync battery icon widget freezes download tablet settings",
    "account": "password account login locked reset email verification code username security signed profile access registration blocked recover captcha token address credentials",
    "phone": "call hotline hold music queue minutes rang operator voicemail transferred line callback telephone picked disconnected menu speak waited hung dialled",
    "staff": "staff rude assistant friendly manager attitude helpful polite cashier employee ignored shouted smile service listened counter uniform trained patient colleague",
    "price": "price expensive discount cost increase cheaper competitor sale offer paid value raised euro budget shipping prices costs bargain promotion markup",
    "packaging": "packaging box cardboard plastic wrapped crushed oversized recycling tape foam waste dented paper carton bubble opened padded filler sealed torn",
    "stock": "stock available sold backorder restock colour unavailable waiting warehouse model discontinued ordered cancelled inventory shelf item reserve variant shortage preorder",
    "store": "store parking opening hours shop crowded aisle fitting entrance lift escalator closed toilets branch trolley floor display shelf lights signs",
    "food": "food cold taste meal menu soup portion dessert chef salty fresh dish breakfast kitchen flavour overcooked salad coffee spicy sauce",
    "room": "room bed shower noise towels clean window pillow mattress bathroom heating hotel balcony carpet curtains sheets minibar corridor smell kettle",
    "contract": "contract cancel subscription notice renewal terms months clause signed automatically terminate plan tariff binding expiry period membership agreement renewed penalty",
    "internet": "internet router signal speed outage connection wifi cable dropped technician modem coverage network streaming fibre megabits offline reboot socket latency",
    "privacy": "newsletter privacy data consent spam unsubscribe marketing emails cookies personal advertising deleted tracking shared mailing gdpr opted inbox address profile",
    "loyalty": "points loyalty card rewards bonus member coupon redeem status expired collect gift level birthday scheme stamps voucher earned balance gold",
}  # fmt: skip
FRAMES = (
    "the {} and the {} were {common} this", "i had a {common} {} with the {}", "my {} is {} {common}",
    "why is the {} so {} , {common} ?", "{common} , the {} was not {}", "it was about the {} and the {} of my {common}",
    "{} {} and {common} too", "after that the {} was {} {common}", "there is a {} with the {} , {common}",
    "we had {common} {} and {}", "{common} : {} , {} and no more", "all of the {} was {} , i am {common}",
)  # fmt: skip
COMMON = (
    "really problem again yesterday honestly friend week always order great bad customer spring summer partner work "
    "months year thing people happy sorry annoying question time nice experience part days holiday think expected first "
    "second present birthday usually finally surprised morning evening long short big little half company reason way"
).split()  # fmt: skip
ASTRAY = 1 / 30
WORDS = 12
_SLOT = re.compile(r"\{(common)?\}")


def write_comments(count: int, *, seed: int = 0, topics: int = 20) -> tuple[list[str], list[str]]:
    """Comments and the topic of each."""
    draw = random.Random(seed)
    names = list(TOPICS)[:topics]
    words = {name: TOPICS[name].split()[:WORDS] for name in names}
    often = [1 / (place + 10) for place in range(len(names))]
    planted = draw.choices(names, often, k=count)

    def word(topic: str) -> str:
        own = words[draw.choice(names) if draw.random() < ASTRAY else topic]
        return own[int(draw.random() ** 2 * len(own))]

    def comment(topic: str) -> str:
        sentences = draw.choices(FRAMES, k=draw.choice((1, 2, 2, 3, 3)))
        text = ". ".join(
            _SLOT.sub(lambda slot: draw.choice(COMMON) if slot[1] else word(topic), frame)
            for frame in sentences
        )
        return f"{text[0].upper()}{text[1:]}."

    return [comment(topic) for topic in planted], planted
