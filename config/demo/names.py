"""Names of companies and people, by number: the same number always gives the same name."""

from __future__ import annotations

FIRST = (
    "Northwind Fjord Apollo Bright Kestrel Helix Cobalt Orchard Lumen Pine Harbor Summit Willow Granite Juniper Meridian "
    "Cedar Atlas Solstice Beacon Maple Quartz Aurora Birch Delta Ember Falcon Glacier Horizon Indigo Jasper Karst Larch "
    "Marble Nimbus Onyx Prairie Ridge Sable Tundra Umber Vega Wharf Yarrow Zephyr Alder Basalt Clover Drift Everest"
).split()
SECOND = {
    "Logistics": "Logistics Freight Shipping Cargo Transport".split(),
    "Retail": "Retail Stores Outfitters Market Supply".split(),
    "Healthcare": "Diagnostics Health Dental Care Clinics".split(),
    "Finance": "Insurance Capital Bank Advisory Payments".split(),
    "Education": "Learning Academy School Tutoring Campus".split(),
    "Manufacturing": "Robotics Tools Machinery Works Steel".split(),
    "Media": "Media Studios Press Pictures Radio".split(),
    "Energy": "Energy Power Solar Grid Wind".split(),
}
GIVEN = (
    "Maja Jonas Sofia Tomasz Elena Anders Ingrid Piotr Anna Lars Katarzyna Ola Irina Dmitri Emma Noah Julia Mateusz Nora "
    "Erik Zofia Henrik Olga Pavel Hanna Magnus Ewa Sindre Alicja Marek Liv Kari Adam Tuva Igor Vera Filip Marta Even Ida"
).split()
FAMILY = (
    "Lindqvist Berg Novak Zieliński Kowalska Hansen Johansen Wiśniewski Petrov Ivanova Olsen Nowak Larsen Kamińska Andersen "
    "Lewandowski Solberg Dahl Wójcik Moen Haugen Smirnova Volkov Jensen Mazur Eriksen Krawczyk Lie Pedersen Zając Bakke "
    "Holm Sokolova Kristiansen Dąbrowska Nilsen Morozov Strand Król Vik"
).split()


def company(number: int, industry: str) -> str:
    """Unique for the first few thousand of an industry; later ones carry a number."""
    first, rest = FIRST[number % len(FIRST)], number // len(FIRST)
    seconds = SECOND[industry]
    name = f"{first} {seconds[rest % len(seconds)]}"
    turn = rest // len(seconds)
    if turn == 0:
        return name
    return f"{FIRST[(number * 7 + turn) % len(FIRST)]} {name}" if turn < len(FIRST) else f"{name} {turn}"


def person(number: int) -> str:
    return f"{GIVEN[(number * 13) % len(GIVEN)]} {FAMILY[(number * 7 + number // 40) % len(FAMILY)]}"


def mailbox(name: str, domain: str) -> str:
    """An address that a mail server accepts: ASCII, lower case."""
    plain = name.lower().translate(str.maketrans("ąćęłńóśźżø", "acelnoszzo"))
    return f"{plain.replace(' ', '.')}@{domain}"
