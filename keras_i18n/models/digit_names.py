"""The ten digits by name, 0 to 9."""

DIGIT_NAMES = {
    "en": "zero one two three four five six seven eight nine",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "sw": "sifuri moja mbili tatu nne tano sita saba nane tisa",
    "id": "nol satu dua tiga empat lima enam tujuh delapan sembilan",
    "fi": "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "el": "μηδέν ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα",
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
    "he": "אפס אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע",
    "hi": "शून्य एक दो तीन चार पाँच छह सात आठ नौ",
    "th": "ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า",
    "ko": "영 일 이 삼 사 오 육 칠 팔 구",
    "ja": "ゼロ いち に さん よん ご ろく なな はち きゅう",
    "zh": "零 一 二 三 四 五 六 七 八 九",
}
