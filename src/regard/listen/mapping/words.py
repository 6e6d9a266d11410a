"""What headers mean, in several languages: the words that departments write above their columns."""

import re
from functools import lru_cache

from anyascii import anyascii

from regard.listen.reading.numbers import CURRENCY_CODES

ID_WORDS = (
    "id",
    "nr",
    "no",
    "num",
    "number",
    "nummer",
    "numero",
    "key",
    "code",
    "ref",
    "reference",
    "kennung",
)

# things that ids name: thing -> the words for it
THINGS: dict[str, str] = {
    "customer": (
        "customer cust client kunde kunden kundin cliente clients member mitglied mitglieds user "
        "usuario utilisateur benutzer account konto compte cuenta buyer kaeufer acheteur comprador "
        "passenger guest gast patient subscriber abonnent abonne contact kontakt person shopper "
        "household rec respondent"
    ),
    "order": (
        "order orders bestellung bestell auftrag auftrags commande pedido orden invoice rechnung "
        "rechnungs facture factura transaction transaktion purchase kauf achat compra receipt beleg sale"
    ),
    "case": "case ticket fall vorgang vorgangs incident issue request anfrage dossier caso demande solicitud",
    "product": "product produkt artikel article sku item producto produit articulo position",
    "seller": "seller verkaeufer haendler merchant vendeur vendedor supplier lieferant",
    "employee": "employee mitarbeiter agent staff bearbeiter personal employe empleado operator rep",
    "review": "review rezension bewertung bewertungs avis resena",
    "call": "call anruf appel llamada",
    "message": "message nachricht mail mensaje",
    "payment": "payment pay zahlung zahlungs paiement pago",
    "answer": (
        "response answer antwort reponse respuesta survey umfrage encuesta enquete invitation einladung"
    ),
    "organisation": "company firma unternehmen organisation organization societe empresa",
    "store": "store shop filiale filial magasin tienda branch",
}

# other meanings of a whole header: meaning -> phrases, divided by bars
MEANINGS: dict[str, str] = {
    "email": (
        "email|e mail|mail|email address|e mail address|mailadresse|e mail adresse|courriel|"
        "adresse email|correo|correo electronico|from email|sender email|reviewer email|customer email|"
        "contact email|person email"
    ),
    "caller": "number|nummer|numero|from|caller id",
    "phone": (
        "phone|telephone|tel|telefon|mobile|mobil|handy|phone number|telefonnummer|rufnummer|telefono|"
        "portable|movil|cell|mobile phone|telefono movil|caller|anrufer|from number|caller number|"
        "numero de telephone|person phone|person phone number"
    ),
    "name": (
        "author|reviewer|autor|auteur|verfasser|name|full name|customer name|kundenname|nom complet|"
        "nombre completo|contact|ansprechpartner|client name|passenger name|person name|display name|fn"
    ),
    "given_name": "first name|given name|forename|vorname|prenom|nombre|firstname",
    "family_name": (
        "last name|surname|family name|nachname|familienname|nom|apellido|apellidos|nom de famille|lastname"
    ),
    "title": "title|anrede|salutation|titel|civilite|tratamiento",
    "organisation": (
        "organisation|organization|company|firma|unternehmen|societe|entreprise|empresa|company name|org"
    ),
    "birth_date": (
        "birth date|birthdate|date of birth|dob|birthday|geburtsdatum|geburtstag|geb datum|"
        "date de naissance|fecha de nacimiento|bday"
    ),
    "street": (
        "street|address|address 1|street address|strasse|adresse|anschrift|rue|calle|direccion|address line 1"
    ),
    "house_number": "house number|street number|hausnummer|hausnr|numero de rue|numero",
    "postcode": (
        "postcode|post code|zip|zip code|postal code|plz|postleitzahl|code postal|codigo postal|cp|"
        "zip code prefix|customer zip code prefix|zipcode"
    ),
    "city": "city|town|suburb|ort|stadt|wohnort|ville|ciudad|customer city|localite|localidad",
    "kind_of_person": "kind|type|art|customer type|kundenart|kundentyp|type de client|tipo de cliente",
    "state": "state|province|region|bundesland|etat|provincia|estado|customer state|county|kanton",
    "country": "country|land|pays|pais|staat",
    "national_id": (
        "national id|soc sec id|ssn|social security number|ausweisnummer|dni|nif|steuernummer|tax id"
    ),
    "gender": "gender|sex|geschlecht|genre|sexe|genero|sexo",
    "order_date": (
        "order date|ordered at|ordered on|purchase date|purchased at|order purchase timestamp|"
        "bestelldatum|bestellt am|kaufdatum|auftragsdatum|date commande|date de commande|fecha pedido|"
        "fecha de compra|transaction date|invoice date|rechnungsdatum|date achat|datum bestellung"
    ),
    "delivered_date": (
        "delivered|delivered at|delivered on|delivery date|order delivered customer date|geliefert am|"
        "zugestellt am|lieferdatum|zustelldatum|date livraison|date de livraison|livre le|fecha entrega|"
        "entregado|geliefert|actual delivery|delivered date|tatsaechliche lieferung"
    ),
    "promised_date": (
        "promised|promised at|promised delivery|promised date|estimated delivery|expected delivery|"
        "order estimated delivery date|estimated delivery date|liefertermin|zugesagt|zugesagt am|"
        "versprochen|zugesagter liefertermin|lieferung zugesagt|date prevue|livraison prevue|"
        "entrega prevista|due date|promised on|promise|lieferzusage|delivery promised|versprochen bis|"
        "zugesagt bis|zugesagt fuer"
    ),
    "shipped_date": (
        "shipped|shipped at|ship date|dispatched|order delivered carrier date|versendet am|versanddatum|"
        "versandt am|expedie le|date expedition|enviado|fecha envio|verschickt am"
    ),
    "replied_date": (
        "first reply|first reply at|first response|replied at|erste antwort|beantwortet|premiere reponse"
    ),
    "refunded_date": "refunded at|refund date|erstattet am|rembourse le|reembolsado el",
    "refunded": (
        "refunded|refund|refund amount|refunded amount|amount refunded|erstattungsbetrag|erstattet|erstattung|"
        "gutschrift|rembourse|reembolsado"
    ),
    "cancelled_date": "cancelled at|canceled at|cancelled on|storniert am|stornodatum|annule le|cancelado",
    "returned_date": "returned at|return date|returned on|retourniert am|retourdatum|retoure am|date retour",
    "opened_date": (
        "opened at|opened|open date|reported at|created|created at|creation date|erstellt am|"
        "eroeffnet am|angelegt am|angelegt|cree le|creado|review creation date|erstellt|submitted at|"
        "creation timestamp|created time|date created|created date|create date|timecreated"
    ),
    "resolved_date": (
        "resolved at|resolved|closed at|closed|solved at|geloest am|geschlossen am|erledigt am|"
        "resolu le|ferme le|resuelto|cerrado|completed at|resolved time|closed time|solved date|solved"
    ),
    "answered_date": (
        "answered at|answered|response date|answer date|responded at|survey date|beantwortet am|"
        "antwortdatum|date reponse|fecha respuesta|review answer timestamp|submitted|answered on"
    ),
    "invited_date": (
        "sent|invited at|sent at|invitation date|eingeladen am|versandt|date invitation|invited|invited on"
    ),
    "registered_date": (
        "registered at|registration date|signup date|signed up|customer since|kunde seit|member since|"
        "registriert am|client depuis|cliente desde|join date|joined"
    ),
    "churned_date": (
        "churn date|cancelled contract|kuendigungsdatum|left at|date resiliation|fecha baja|gekuendigt am"
    ),
    "date": (
        "date|datum|fecha|timestamp|time|day|tag|zeitpunkt|zeit|jour|dia|complete timestamp|datetime|"
        "occurred at|event time|when|start|started at|started|called at|review date|call time|anrufzeit|"
        "rezensionsdatum|written at|at"
    ),
    "amount": (
        "amount|total|total amount|order total|order value|grand total|value|betrag|summe|gesamtbetrag|"
        "umsatz|gesamtsumme|warenwert|bestellwert|montant|montant total|importe|importe total|"
        "total price|revenue|sales|spent|dollar value|monetary value|rechnungsbetrag|total value|"
        "net total|gross total|brutto|payment value|paid|sum|total eur|amount eur|betrag eur|price paid|"
        "turnover|wert|gesamtsumme der bestellung|bestellsumme|rechnungssumme|order total amount|total paid|"
        "total inc tax|amount paid|total ttc"
    ),
    "price": "price|unit price|preis|einzelpreis|prix|precio|item price|stueckpreis",
    "freight": (
        "freight|freight value|shipping cost|shipping fee|versandkosten|frais de port|gastos de envio|porto"
    ),
    "billed": (
        "total revenue|total charges|billed|billed amount|lifetime revenue|total billed|charges|gesamtumsatz"
    ),
    "currency": "currency|waehrung|devise|moneda|currency code",
    "quantity": "quantity|qty|menge|anzahl|stueck|quantite|cantidad|number of cds|cds bought|units",
    "nps": (
        "nps|nps score|would recommend|recommend|likelihood to recommend|weiterempfehlung|"
        "recommandation|recomendacion|weiterempfehlen|recommendation"
    ),
    "csat": (
        "csat|csat score|satisfaction|satisfaction score|zufriedenheit|customer satisfaction|"
        "satisfaccion|satisfied|satisfaction rating"
    ),
    "ces": "ces|ces score|effort|effort score|customer effort|aufwand|effort client|esfuerzo|ease",
    "stars": (
        "stars|star rating|rating|review score|sterne|bewertung|note|etoiles|estrellas|calificacion|"
        "puntuacion|overall rating"
    ),
    "score": "score|answer|antwort|points|punkte|punktzahl|reponse|respuesta|value given|grade|wert",
    "text": (
        "text|comment|comments|message|body|description|kommentar|nachricht|beschreibung|feedback|"
        "verbatim|review|review text|content|commentaire|comentario|mensaje|texte|texto|freitext|"
        "anmerkung|note text|notes|question|customer comment|reason text|free text|"
        "review comment message|rezension|bemerkung|inhalt"
    ),
    "subject_line": "subject|betreff|sujet|objet|asunto|summary|headline|review title",
    "channel": "channel|kanal|canal|medium|source channel|via|contact channel",
    "department": (
        "department|abteilung|team|service|queue|departement|departamento|handled by team|assigned team"
    ),
    "agent": (
        "agent|assignee|handled by|bearbeiter|mitarbeiter|employee|operator|owner|clerk|agente|answered by"
    ),
    "status": (
        "status|state of order|order status|financial status|payment status|zahlungsstatus|charge status|"
        "statut|estado del pedido|zustand|bestellstatus|customer status"
    ),
    "kind": (
        "kind|type|category|art|kategorie|categorie|categoria|topic|thema|anliegen|ticket type|grund|"
        "typ|tag|class"
    ),
    "duration": (
        "talk seconds|talk time|gespraechsdauer|duration|seconds|duration seconds|dauer|dauer sekunden|"
        "duree|duracion|call duration|length|duration s"
    ),
    "outcome": "outcome|result|ergebnis|resultat|resultado|disposition",
    "direction": "direction|richtung|sens|direccion de llamada",
    "churn": "churn|churned|churn label|churn value|has churned|left|gekuendigt|attrition|exited|abwanderung",
    "churn_reason": (
        "churn reason|kuendigungsgrund|reason for leaving|cancellation reason|raison depart|motivo baja"
    ),
    "churn_category": "churn category|cancellation category",
    "reason": "reason|grund|raison|motivo",
    "product_name": (
        "product|product name|produkt|artikel|produktname|artikelname|item|article|producto|produit"
    ),
    "activity": (
        "activity|activity id|activityid|step|aktivitaet|activite|actividad|event|event name|concept name"
    ),
    "latitude": "latitude|lat|geolocation lat|breitengrad",
    "longitude": "longitude|lng|lon|long|geolocation lng|laengengrad",
}

# the questions of a survey, by the stems that tell them; the first that fits counts
QUESTIONS: dict[str, tuple[str, ...]] = {
    "text": ("reason", "why", "comment", "improve", "grund", "warum", "kommentar", "pourquoi", "raison", "motivo",
             "feedback"),
    "nps": ("recommend", "weiterempfehl", "recommand", "recomend"),
    "ces": ("effort", "easy", "einfach", "facile", "facil", "aufwand"),
    "csat": ("satisf", "zufrieden", "satisfech"),
}  # fmt: skip
# whose: what stands behind them is said of the customer
QUALIFIERS = frozenset(
    {"billing", "buyer", "requester", "reviewer", "respondent", "rechnungs", "kunden", "besteller"}
)
PERSONAL = frozenset({
    "email", "phone", "name", "given_name", "family_name", "organisation", "street", "house_number", "postcode",
    "city", "state", "country", "birth_date",
})  # fmt: skip

_PHRASES: dict[str, list[str]] = {meaning: text.split("|") for meaning, text in MEANINGS.items()}
_THING_OF: dict[str, str] = {word: thing for thing, words in THINGS.items() for word in words.split()}
_SQUEEZED: dict[str, list[str]] = {}
for _meaning, _phrases in _PHRASES.items():
    for _phrase in _phrases:
        _SQUEEZED.setdefault(_phrase.replace(" ", ""), []).append(_meaning)


@lru_cache(maxsize=4096)
def words_of(header: str) -> tuple[str, ...]:
    """A header's words in ASCII: "KundenNr." → kunden nr, "E-Mail" → e mail, "Straße" → strasse."""
    german = (
        header.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("Ä", "Ae").replace("Ö", "Oe")
    )
    split = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", anyascii(german.replace("Ü", "Ue"))
    )
    return tuple(re.sub(r"[^a-z0-9]+", " ", split.lower()).split())


def meanings_of(header: str) -> dict[str, float]:
    """What a header may mean, each with how sure its wording is (0 to 1)."""
    words = words_of(header)
    found = _asked(words) | _without_company(header, words)
    found |= dict.fromkeys(_SQUEEZED.get("".join(words), []), 1.0)
    for meaning, phrases in _PHRASES.items():
        for phrase in phrases:
            share = _share(words, tuple(phrase.split()))
            if share and meaning not in found:
                found[meaning] = 0.0
            if share:
                found[meaning] = max(found[meaning], share)
    return found


def _without_company(header: str, words: tuple[str, ...]) -> dict[str, float]:
    """What a header means without the words beside it: Betrag CHF, Vorname (Rechnung), Billing Name."""
    plain = words_of(re.sub(r"\s*\([^)]*\)\s*$", "", header))
    plain = tuple(word for word in plain if word.upper() not in CURRENCY_CODES)
    found = dict.fromkeys(_SQUEEZED.get("".join(plain), []), 0.95) if plain != words else {}
    if plain[:1] and plain[0] in QUALIFIERS:
        told = _SQUEEZED.get("".join(plain[1:]), [])
        found |= {meaning: 0.9 for meaning in told if meaning in PERSONAL}
    return found


def _asked(words: tuple[str, ...]) -> dict[str, float]:
    """What a whole question for a header asks about; a word or two may be anything."""
    if len(words) < 4:
        return {}
    for meaning, stems in QUESTIONS.items():
        if any(word.startswith(stem) for word in words for stem in stems):
            return {meaning: 0.9}
    return {}


def currency_named(header: str) -> str:
    """The one currency that a heading names: `Betrag CHF`, `Amount (USD)`; "" if none."""
    named = {word.upper() for word in words_of(header)} & set(CURRENCY_CODES)
    return named.pop() if len(named) == 1 else ""


def _share(words: tuple[str, ...], phrase: tuple[str, ...]) -> float:
    """How much of the header the phrase is, where it is a part of it; a phrase at the end counts more."""
    size = len(phrase)
    if not size or size >= len(words):
        return 0.0
    for start in range(len(words) - size + 1):
        if words[start : start + size] == phrase:
            at_end = start + size == len(words)
            return (0.6 if at_end else 0.4) * (size / len(words)) + 0.3 * (size > 1)
    return 0.0


def thing_of_id(header: str) -> str:
    """What a header's id names ("customer", "order", …); BARE_ID for a bare id, "" where it is no id."""
    words = list(words_of(header))
    if len(words) == 1:
        words = _split_compound(words[0])
    if not words or (words[0] not in ID_WORDS and words[-1] not in ID_WORDS):
        return ""
    rest = [
        word for word in words if word not in ID_WORDS and word not in ("unique", "the", "de", "del", "du")
    ]
    if not rest:
        return BARE_ID
    if rest[0] == "order" and rest[-1] in ("item", "line", "position"):
        return "line"
    things = [_THING_OF[word] for word in rest if word in _THING_OF]
    return things[-1] if things else ""


BARE_ID = "id"


def _split_compound(word: str) -> list[str]:
    """Kundennummer → kunden nummer; customerid → customer id."""
    for ending in sorted(ID_WORDS, key=len, reverse=True):
        stem = word.removesuffix(ending)
        if stem != word and (stem in _THING_OF or stem == "") and (stem or word in ID_WORDS):
            return [stem, ending] if stem else [ending]
    return [word]


def thing_named(text: str) -> str:
    """What a file or sheet name speaks of: `tickets.ndjson` → case."""
    for word in words_of(text):
        for candidate in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("n")):
            if candidate in _THING_OF:
                return _THING_OF[candidate]
    return ""


def slug(text: str) -> str:
    """A short lower-case name: "Zip Code" → zip_code."""
    return "_".join(words_of(text))[:60] or "column"
