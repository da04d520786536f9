"""Every code that a problem of a spec can have, with what it means. The reference lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        # the file
        "unreadable-file": "The file can't be opened.",
        "too-large": "The file is larger than a spec ever is.",
        "not-utf-8": "The file isn't written in UTF-8.",
        "not-yaml": "The text isn't YAML, or a character in it is none.",
        "no-anchors": "The file uses anchors or aliases, which a spec can't.",
        "no-tags": "The file uses tags, which a spec can't.",
        "too-deep": "The data is nested too deep.",
        "two-documents": "There is more than one document in the file.",
        "duplicate-key": "A key stands twice in one place.",
        "duplicate-id": "Two files have the same id.",
        "id-is-not-file-name": "The id isn't the file's name.",
        "wrong-folder": "The file lies in the folder of another domain.",
        # keys and values
        "unknown-key": "A key isn't known in that place.",
        "missing-key": "A key that is needed isn't there.",
        "key-not-here": "A key doesn't go with those beside it.",
        "bad-key": "A key hasn't the form that keys have there, or names what the step can't use.",
        "wrong-type": "A value is of another type than is needed: a text for a number, a list for a text.",
        "not-allowed": "A value is none of those that are allowed.",
        "bad-form": "A text hasn't the form that is needed.",
        "out-of-bounds": "A number or a length is beyond its bounds.",
        # source
        "host-not-allowed": "The address is at a host that neither the connector nor the settings allow.",
        "unknown-database": "The settings name no database of that name.",
        "bad-query": "What is to be asked of a database is more than one SELECT, or its parameters don't fit.",
        "bad-reading": "What is said about reading contradicts itself.",
        "needless-columns": "Columns are listed for a connector that states its own.",
        "needless-codes": "A vintage of codes is declared where the values are those of another indicator.",
        "needless-from": "Districts are said to be made where the values are those of another indicator.",
        "weights-unfit": "What isn't a sum over areas is to be apportioned, or is to say the shares.",
        "unknown-vintage": "A vintage is declared that is older than the register of areas.",
        "unknown-indicator": "There is no indicator of that id in the catalogue.",
        "level-mismatch": "An indicator that this one is made of isn't published at this one's level.",
        "cycle": "Indicators are made of each other in a circle.",
        "made-of-draft": "An active indicator is made of one that is a draft.",
        # measure and checks
        "unit-unfit": "The unit doesn't fit the measure type.",
        "not-comparable": "Two indicators are to agree that can't: their units or the types of their measures differ.",
        "no-second-route": "An indicator is to agree with itself, with what it is made of, or in a circle.",
        "empty-range": "The smallest value that is allowed is above the largest.",
        "no-area-code": "An area is named otherwise than by its code.",
        "no-period": "A period is written in no form that is understood.",
        # columns and expressions of a recipe
        "observe-missing": "The recipe doesn't end with observe.",
        "observe-not-last": "There are steps after observe.",
        "unknown-column": "A step names a column that isn't there at that point.",
        "group-column": "A step needs one column, and is given a group of columns.",
        "duplicate-column": "A column would be there twice.",
        "reserved-name": "A column's name begins with an underscore.",
        "kind-mismatch": "A text stands where a number is needed, or the reverse.",
        "bad-expression": "An expression can't be read.",
        "constant-condition": "A condition is the same for every row.",
        "bad-pattern": "A regular expression can't be used, or hasn't a group for each part.",
        "bad-period": "A step names a period in no form that is understood.",
        "unknown-level": "A step names a geographical level that there isn't.",
        # what kind of number it is
        "unit-mismatch": "Numbers of different units meet, or a number isn't in the unit it should be in.",
        "unknown-unit": "A step needs to know the unit of a number, and nothing tells it.",
        "measure-mismatch": "A number is of another measure type than is said of it.",
        "unknown-measure": "Numbers are added up of which nothing tells whether they add up.",
        "not-summable": "Numbers are added up that don't add up, such as rates or medians.",
        "repeated-values": "A number that is printed again on many rows is added up.",
        "overlapping-categories": "A total is added to its own parts.",
        "vintage-mismatch": "Area codes as the source prints them meet codes of the target vintage.",
        # arguments of steps that don't go together
        "by-or-pattern": "A split is said in neither or in both of its two ways.",
        "too-few-parts": "A step is given too few parts to work on.",
        "nothing-to-combine": "An aggregate says neither what to sum nor what is the same.",
        "two-roles": "A column is named in two roles that exclude each other.",
        "tolerance-without-total": "A tolerance is said, and no total to compare with.",
        "over-and-total": "The column of categories and the total are said one without the other.",
    }
)
