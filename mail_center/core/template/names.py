"""What people call a person whose name is written in one field."""

from __future__ import annotations

#: Languages in which the family name comes first.
FAMILY_FIRST = frozenset({"hu", "ja", "ko", "vi", "zh"})
#: Before the name, with or without a dot.
TITLES = frozenset({"dr", "ing", "inż", "mgr", "mr", "mrs", "ms", "prof"})
_POLISH = """
adam adrian agata agnieszka aleksander aleksandra alicja amelia andrzej aneta angelika anita anna
antoni arkadiusz artur barbara bartosz bartłomiej beata bogdan bogusław bożena cezary czesław
damian daniel danuta daria dariusz dawid dominik dominika dorota edward edyta elżbieta emilia ewa
ewelina filip franciszek gabriela genowefa grażyna grzegorz halina hanna helena henryk henryka
hubert ignacy ilona irena iwona izabela jacek jadwiga jakub jan janina janusz jarosław jerzy
joanna jolanta julia justyna józef józefa kacper kamil kamila karol karolina katarzyna kazimierz
kinga klaudia konrad krystian krystyna krzysztof laura leon leszek lidia lucjan lucyna maciej
magdalena maja marcel marcin marek maria marian marianna mariola mariusz marta martyna marzena
mateusz małgorzata michał mieczysław mikołaj milena mirosław mirosława monika natalia nikola olga
oliwia oskar patrycja patryk paulina paweł piotr przemysław radosław rafał renata robert roman
rozalia ryszard sebastian stanisław stanisława stefan stefania sylwester sylwia szymon sławomir
tadeusz teresa tomasz tymon urszula wacław waldemar wanda weronika wiesław wiesława wiktor
wiktoria wioletta witold wojciech władysław władysława włodzimierz zbigniew zdzisław zenon zofia
zuzanna zygmunt łukasz
"""
#: What nine of ten people in Poland are called: registers there write *Nowak Jan* without a comma.
POLISH = frozenset(_POLISH.split())


def split_name(name: str, language: str = "") -> tuple[str, str]:
    """``(first name, family name)``, either may be empty; as far as the name tells.

    ``language``: the person's, as ``hu`` or ``hu_HU``. *Family, First* is understood in any, titles
    are left out: nobody is greeted with *Dear Dr.*
    """
    if "," in name:
        family, _comma, first = name.partition(",")
        return " ".join(_untitled(first.split())), " ".join(family.split())
    words = _untitled(name.split())
    if not words:
        return "", ""
    if len(words) > 1 and _family_first(words, language[:2].lower()):
        return " ".join(words[1:]), words[0]
    return words[0], " ".join(words[1:])


def _family_first(words: list[str], language: str) -> bool:
    if language == "pl":
        given = [word.casefold() in POLISH for word in words]
        return not given[0] and all(given[1:])
    return language in FAMILY_FIRST


def _untitled(words: list[str]) -> list[str]:
    """The words after titles and abbreviations; all of them if there is nothing else."""
    for number, word in enumerate(words):
        if not word.endswith(".") and word.casefold() not in TITLES:
            return words[number:]
    return words
