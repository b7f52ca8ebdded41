"""Text as it is written, and as it is spoken: golden tables, and what holds for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.turn.speakable import speakable
from voiced.turn.speakable_en import ENGLISH as ENGLISH_WORDS

ENGLISH = [
    ("turn on the light", "turn on the light"),
    ("3.14", "three point one four"),
    ("1,000", "one thousand"),
    ("1,234,567.89", "one million two hundred thirty-four thousand five hundred sixty-seven point eight nine"),
    ("5 °C", "five degrees Celsius"),
    ("-5 °C", "minus five degrees Celsius"),
    ("20 %", "twenty percent"),
    ("20%", "twenty percent"),
    ("7:05", "seven oh five"),
    ("7:00", "seven o'clock"),
    ("19:30", "nineteen thirty"),
    ("00:15", "twelve fifteen AM"),
    ("7:05 PM", "seven oh five PM"),
    ("7 a.m.", "seven AM."),
    ("at 7 p.m.", "at seven PM."),
    ("v2.1", "version two point one"),
    ("version 2.1.3", "version two point one point three"),
    ("192.168.1.1", "one hundred ninety-two dot one hundred sixty-eight dot one dot one"),
    (
        "http://192.168.1.1:8123/lovelace",
        "one hundred ninety-two dot one hundred sixty-eight dot one dot one port eight one two three",
    ),
    ("https://www.example.com/a?b=1.", "example dot com."),
    ("bob.smith@example.com", "bob dot smith at example dot com"),
    ("e.g. apples", "for example apples"),
    ("Dr. Smith", "Doctor Smith"),
    ("100 km/h", "one hundred kilometers per hour"),
    ("**bold**", "bold"),
    ("[link](http://x.com/a)", "link"),
    ("with comma](http://x)", "with comma"),
    ("`code`", "code"),
    ("- milk", "milk"),
    ("* milk", "milk"),
    ("# Heading", "Heading"),
    ("1. Milk", "one, Milk"),
    ("$5.20", "five dollars and twenty cents"),
    ("$1", "one dollar"),
    ("$0.99", "ninety-nine cents"),
    ("$5 million", "five million dollars"),
    ("€20", "twenty euros"),
    ("20 €", "twenty euros"),
    ("1st", "first"),
    ("22nd", "twenty-second"),
    ("2026-11-25", "November twenty-fifth, twenty twenty-six"),
    ("2026-11-25T07:05:00Z", "November twenty-fifth, twenty twenty-six, seven oh five"),
    ("№ 5", "number five"),
    ("#5", "number five"),
    ("No. 5", "number five"),
    ("AT&T", "AT and T"),
    ("C++", "C plus plus"),
    ("C#", "C sharp"),
    ("10-20", "ten to twenty"),
    ("10–20 %", "ten to twenty percent"),
    ("3-2", "three to two"),
    ("5 - 3", "five minus three"),
    ("1/2 cup", "one half cup"),
    ("2½ cups", "two and a half cups"),
    ("1/2/2026", "January second, twenty twenty-six"),
    ("May 3", "May third"),
    ("May 3rd, 2026", "May third, twenty twenty-six"),
    ("3 May 2026", "the third of May twenty twenty-six"),
    ("in 1999", "in nineteen ninety-nine"),
    ("in 2026", "in twenty twenty-six"),
    ("the 1990s", "the nineteen nineties"),
    ("the 90s", "the nineties"),
    ("007", "zero zero seven"),
    ("MP3", "MP three"),
    ("A4", "A four"),
    ("H2O", "H two O"),
    ("COVID-19", "COVID-nineteen"),
    ("555-1234", "five five five, one two three four"),
    ("+49 30 1234567", "plus four nine, three zero, one two three four five six seven"),
    ("50ml", "fifty milliliters"),
    ("5 min. later", "five minutes later"),
    ("It takes 5 min.", "It takes five minutes."),
    ("1 h", "one hour"),
    ("1.5 l", "one point five liters"),
    ("20k", "twenty thousand"),
    ("4x", "four times"),
    ("3 x 4", "three times four"),
    ("16:9", "sixteen to nine"),
    ("1920x1080", "one thousand nine hundred twenty by one thousand eighty"),
    ("24/7", "twenty-four seven"),
    ("and/or", "and or"),
    ("he/she", "he or she"),
    ("km/h", "kilometers per hour"),
    ("$5/month", "five dollars per month"),
    ("snake_case", "snake case"),
    ("2 + 2 = 4", "two plus two equals four"),
    ("~5", "about five"),
    ("5 kWh", "five kilowatt hours"),
    ("config.yaml", "config dot yaml"),
    ("/etc/voiced/config", "slash etc slash voiced slash config"),
    ("Hello 🎉", "Hello"),
    ("🎉", ""),
    ("---", ""),
    ("~~gone~~", "gone"),
    ("<b>bold</b>", "bold"),
    ("a &amp; b", "a and b"),
    ("π", "pi"),
    ("5 m²", "five square meters"),
    ("x < y", "x less than y"),
    ("Page 3/10", "Page three out of ten"),
    ("etc.", "et cetera."),
    ("I like it :-)", "I like it"),
    ("Room 5A", "Room five A"),
    ("5G", "five G"),
    ("*note*", "note"),
    ("_note_", "note"),
    ("***both***", "both"),
    ("> quote", "quote"),
    ("| a | b |", "a, b"),
    ("1 °F", "one degree Fahrenheit"),
    ("12 lbs", "twelve pounds"),
    ('"quoted"', '"quoted"'),
    ("don't", "don't"),
    ("U.S. Army", "U.S. Army"),
    ("the 5th of May", "the fifth of May"),
    ("Nov. 5", "November fifth"),
    ("7:00-8:30", "seven o'clock to eight thirty"),
    ("$10-$20", "ten dollars to twenty dollars"),
    ("100%", "one hundred percent"),
    ("Python 3.11", "Python three point one one"),
    ("0.5", "zero point five"),
    (".5", "point five"),
    ("10,20", "ten, twenty"),
    ("3,5", "three, five"),
    ("2x", "two times"),
    ("99.9 %", "ninety-nine point nine percent"),
    ("12:30:15", "twelve thirty and fifteen seconds"),
    ("2,000", "two thousand"),
    ("1500 people", "one thousand five hundred people"),
    ("50°", "fifty degrees"),
    ("R2D2", "R two D two"),
    ("It is 42.", "It is forty-two."),
    ("Is it 7?", "Is it seven?"),
    ("(5)", "(five)"),
    ("$1.50 each", "one dollar and fifty cents each"),
    ("$1,000.50", "one thousand dollars and fifty cents"),
    ("x² + y²", "x squared plus y squared"),
    ("Timer **one** is set for 5 min, and *two* for 1 h.", "Timer one is set for five minutes, and two for one hour."),
    ("See https://github.com/rhasspy/piper for more.", "See github dot com for more."),
    (
        "The temperature is -3.5 °C at 7:05 AM.",
        "The temperature is minus three point five degrees Celsius at seven oh five AM.",
    ),
    (
        "On 2026-11-25 at 19:30, pay $5.20 to Dr. Smith, e.g. in cash.",
        (
            "On November twenty-fifth, twenty twenty-six at nineteen thirty, pay five "
            "dollars and twenty cents to Doctor Smith, for example in cash."
        ),
    ),
    ("between 10 and 20 %", "between ten and twenty percent"),
    ("It costs €1,299.00.", "It costs one thousand two hundred ninety-nine euros."),
    ("I ran 5 km in 25 min.", "I ran five kilometers in twenty-five minutes."),
    ("Wi-Fi is at 2.4 GHz.", "Wi-Fi is at two point four gigahertz."),
    ("80 % of 1,000", "eighty percent of one thousand"),
    ("Mr. & Mrs. Jones", "Mister and Missus Jones"),
    ("the 21st of June", "the twenty-first of June"),
    ("Call +1 555 123 4567.", "Call plus one, five five five, one two three, four five six seven."),
]
GERMAN = [
    ("mach das Licht an", "mach das Licht an"),
    ("3,14", "drei Komma eins vier"),
    ("3.14", "drei Punkt eins vier"),
    ("1.000", "eintausend"),
    ("1.234.567,89", "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Komma acht neun"),
    ("5 °C", "fünf Grad Celsius"),
    ("-5 °C", "minus fünf Grad Celsius"),
    ("20 %", "zwanzig Prozent"),
    ("7:05", "sieben Uhr fünf"),
    ("7:05 Uhr", "sieben Uhr fünf"),
    ("7.30 Uhr", "sieben Uhr dreißig"),
    ("7 Uhr", "sieben Uhr"),
    ("1 Uhr", "ein Uhr"),
    ("13:00 Uhr", "dreizehn Uhr"),
    ("0:15 Uhr", "null Uhr fünfzehn"),
    ("v2.1", "Version zwei Punkt eins"),
    ("192.168.1.1", "einhundertzweiundneunzig Punkt einhundertachtundsechzig Punkt eins Punkt eins"),
    ("z.B. Äpfel", "zum Beispiel Äpfel"),
    ("z. B. Äpfel", "zum Beispiel Äpfel"),
    ("Dr. Müller", "Doktor Müller"),
    ("100 km/h", "einhundert Kilometer pro Stunde"),
    ("**fett**", "fett"),
    ("[Link](http://x.de)", "Link"),
    ("`code`", "code"),
    ("- Milch", "Milch"),
    ("20,50 €", "zwanzig Euro fünfzig"),
    ("1 €", "ein Euro"),
    ("0,99 €", "neunundneunzig Cent"),
    ("€ 20", "zwanzig Euro"),
    ("5 Mio. €", "fünf Millionen Euro"),
    ("5 Mio. Menschen", "fünf Millionen Menschen"),
    ("der 1. Platz", "der erste Platz"),
    ("im 3. Stock", "im dritten Stock"),
    ("am 3. Mai", "am dritten Mai"),
    ("am 25.11.2026", "am fünfundzwanzigsten November zweitausendsechsundzwanzig"),
    ("25.11.2026", "fünfundzwanzigster November zweitausendsechsundzwanzig"),
    ("24.12.", "vierundzwanzigster Dezember"),
    ("Montag, 3. Mai", "Montag, dritter Mai"),
    ("der 3. Mai 2026", "der dritte Mai zweitausendsechsundzwanzig"),
    ("2026-11-25", "fünfundzwanzigster November zweitausendsechsundzwanzig"),
    ("1.-3. Mai", "erster bis dritten Mai"),
    ("Nr. 5", "Nummer fünf"),
    ("§ 5", "Paragraf fünf"),
    ("C++", "C plus plus"),
    ("10-20", "zehn bis zwanzig"),
    ("10–20 %", "zehn bis zwanzig Prozent"),
    ("3:2", "drei zu zwei"),
    ("3-2", "drei zu zwei"),
    ("1/2", "ein halb"),
    ("2½", "zweieinhalb"),
    ("in 1999", "in neunzehnhundertneunundneunzig"),
    ("im Jahr 2026", "im Jahr zweitausendsechsundzwanzig"),
    ("die 90er", "die neunziger"),
    ("1990er", "neunzehnhundertneunziger"),
    ("007", "null null sieben"),
    ("MP3", "MP drei"),
    ("030 1234567", "null drei null, eins zwei drei vier fünf sechs sieben"),
    ("+49 30 1234567", "plus vier neun, drei null, eins zwei drei vier fünf sechs sieben"),
    ("5 min", "fünf Minuten"),
    ("1 h", "eine Stunde"),
    ("1 Std.", "eine Stunde."),
    ("1,5 l", "eins Komma fünf Liter"),
    ("4x", "vier mal"),
    ("16:9", "sechzehn zu neun"),
    ("usw.", "und so weiter."),
    ("bzw.", "beziehungsweise."),
    ("ca. 5 km", "circa fünf Kilometer"),
    ("und/oder", "und oder"),
    ("5 kWh", "fünf Kilowattstunden"),
    ("AT&T", "AT und T"),
    ("bob@example.de", "bob ät example Punkt de"),
    ("1 Mio.", "eine Million."),
    ("2 Mrd.", "zwei Milliarden."),
    ("Hallo 🎉", "Hallo"),
    ("50 m²", "fünfzig Quadratmeter"),
    ("S. 12", "Seite zwölf"),
    ("5 € pro Monat", "fünf Euro pro Monat"),
    ("5 €/Monat", "fünf Euro pro Monat"),
    ("2 + 2 = 4", "zwei plus zwei gleich vier"),
    ("seit 1989", "seit neunzehnhundertneunundachtzig"),
    ("von 1933 bis 1945", "von neunzehnhundertdreiunddreißig bis neunzehnhundertfünfundvierzig"),
    ("1,0", "eins Komma null"),
    ("1 %", "ein Prozent"),
    ("21 Grad", "einundzwanzig Grad"),
    ("u.a.", "unter anderem."),
    ("vom 3. Mai bis 5. Juni", "vom dritten Mai bis fünften Juni"),
    ("1 kg", "ein Kilogramm"),
    ("-3", "minus drei"),
    ("16 GB", "sechzehn Gigabyte"),
    ("2026", "zweitausendsechsundzwanzig"),
    ("10.000 Schritte", "zehntausend Schritte"),
    ("Feb. 2026", "Februar zweitausendsechsundzwanzig"),
    ("3. Okt.", "dritter Oktober"),
    ("Der Timer **eins** läuft noch 5 min.", "Der Timer eins läuft noch fünf Minuten."),
    (
        "Am 25.11.2026 um 19:30 Uhr zahlst du 5,20 € an Dr. Müller.",
        (
            "Am fünfundzwanzigster November zweitausendsechsundzwanzig um neunzehn Uhr "
            "dreißig zahlst du fünf Euro zwanzig an Doktor Müller."
        ),
    ),
    ("Es sind -3,5 °C um 7:05 Uhr.", "Es sind minus drei Komma fünf Grad Celsius um sieben Uhr fünf."),
    ("zwischen 10 und 20 %", "zwischen zehn und zwanzig Prozent"),
    ("Das kostet 1.299,00 €.", "Das kostet eintausendzweihundertneunundneunzig Euro."),
    ("Die 2. Runde", "Die zweite Runde"),
    ("Es dauert 1 min.", "Es dauert eine Minute."),
    ("80 % von 1.000", "achtzig Prozent von eintausend"),
]


@pytest.mark.parametrize(("written", "spoken"), ENGLISH)
def test_english(written, spoken):
    assert speakable(written, "en") == spoken


@pytest.mark.parametrize(("written", "spoken"), GERMAN)
def test_german(written, spoken):
    assert speakable(written, "de") == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("# Milk\n\n- two\n- three", "Milk. two. three"),
        ("```python\nprint\n```", "print"),
        ("| a | b |\n|---|---|\n| c | d |", "a, b. c, d"),
        ("<br>", "br"),
        ("", ""),
    ],
)
def test_several_lines(written, spoken):
    assert speakable(written, "en") == spoken


def test_in_another_language_numbers_are_left_to_the_voice():
    assert speakable("**20 %** à 7:05", "fr") == "20 % à 7:05"


LANGUAGES = pytest.mark.parametrize("language", ["en", "de", "fr"])
LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüßé", min_size=2, max_size=9)
WORDS = st.lists(LETTERS.filter(lambda word: word not in ENGLISH_WORDS.abbreviations), min_size=1, max_size=9)
SIGNS = [
    *"ab Z 019 .,:;-–/%$€°#*_`[]()<>|&@+=~!?'\"\n²½×→",
    *("12", "2026", " 3.5", " km", " °C", "http://a.b/c", " 5 ", " the ", " Uhr", " PM", "Dr. ", "1st", "May ", "Mai "),
    *("**", "e.g. ", "v2", "€5", "10-20", "7:05"),
]


@LANGUAGES
@given(words=WORDS, end=st.sampled_from(["", "!", "?"]), pause=st.sampled_from([" ", ", ", "; ", " - ", "'"]))
def test_plain_words_stay_as_they_are(language, words, end, pause):
    text = pause.join(words) + end
    assert speakable(text, language) == text.strip()


@LANGUAGES
@given(parts=st.lists(st.sampled_from(SIGNS), max_size=12))
def test_what_is_spoken_stays_as_it_is_and_no_letters_are_lost_altogether(language, parts):
    text = "".join(parts)
    spoken = speakable(text, language)
    assert speakable(spoken, language) == spoken
    assert "\n" not in spoken
    assert spoken or not any(letter.isalpha() for letter in text)
    assert language == "fr" or not any(letter.isdecimal() for letter in spoken)


@LANGUAGES
@given(text=st.text())
def test_any_text_can_be_spoken(language, text):
    speakable(text, language)
