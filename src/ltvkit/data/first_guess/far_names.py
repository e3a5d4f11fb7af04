"""What shops farther away call their columns, turned into the English words of `names`.

Japanese, Chinese, Korean, Russian, Czech, Slovak, Hungarian, Swedish, Danish, Norwegian, Finnish,
Romanian and Turkish.
"""

import re
import unicodedata

_JOINED = {
    "customer": "顧客 会員 會員 会员 お客様 購入者 注文者 客户 客戶 买家 買家 고객 회원 구매자 "
    "주문자",
    "email": "メールアドレス メール 邮箱 电子邮件 電子郵件 이메일",
    "order": "注文 受注 订单 訂單 주문",
    "number": "番号 编号 編號 号 번호",
    "date": "日時 日付 日期 时间 時間 일시 일자 날짜",
    "order date": "注文日 注文日時 受注日 受注日時 購入日 購入日時 決済日 決済日時 下单日期 "
    "下单时间 주문일 주문일자 결제일",
    "birth": "生年月日 出生日期 생년월일",
    "total": "合計 合计 總計 总计 总额 總額 总价 합계 총액",
    "amount": "金額 金额 売上 销售额 금액 매출",
    "net": "税抜 未税",
    "gross": "税込 含税",
    "tax": "消費税 税額 税额 税 세금 부가세",
    "shipping": "送料 配送料 运费 運費 배송비 発送 出荷 发货 發貨 배송",
    "discount": "割引 値引 クーポン 折扣 优惠 優惠 할인 쿠폰",
    "price": "単価 单价 單價 価格 价格 價格 단가 가격",
    "quantity": "数量 數量 個数 수량",
    "product": "商品 产品 產品 상품 제품",
    "name": "氏名 名前 姓名 商品名 商品名称 이름 상품명",
    "phone": "電話 电话 手机 전화 휴대폰",
    "zip": "郵便番号 邮编 우편번호",
    "address": "住所 地址 주소",
    "method": "方法 方式 방법",
    "payment": "支払 付款 결제",
    "status": "ステータス 状態 状态 狀態 상태",
    "cancelled": "キャンセル 取消 交易关闭 취소",
    "refunded": "返金 返品 退款 退货 환불 반품",
    "unpaid": "未入金 未払い 待付款 未付款 미결제 입금대기",
    "margin": "粗利 利益 利润 利潤 이익",
    "channel": "チャネル 渠道 채널",
}
"""Parts of words, as these are written together."""

_WORDS = {
    "customer": "клиент клиента покупатель покупателя заказчик пользователь zakaznik zakaznika "
    "odberatel vevo vasarlo ugyfel kund kundnummer kundenummer asiakas musteri",
    "email": "почта",
    "order": "заказ заказа objednavka objednavky doklad rendeles megrendeles szamla ordre "
    "ordrenummer bestallning tilaus comanda siparis",
    "number": "номер cislo szam sira",
    "date": "дата время dato paivamaara tarih tarihi",
    "total": "итого всего celkem vegosszeg osszesen totalt yhteensa toplam",
    "amount": "сумма стоимость выручка castka trzba osszeg belopp belob belop summa tutar tutari",
    "price": "цена cena pris pret fiyat egysegar hinta",
    "quantity": "количество mnozstvi mennyiseg antal antall cantitate adet miktar",
    "tax": "ндс налог dph afa moms mva alv kdv",
    "shipping": "доставка доставки doprava postovne szallitas frakt fragt livrare kargo",
    "discount": "скидка sleva kedvezmeny indirim",
    "status": "статус состояние stav statusz allapot durum durumu",
    "cancelled": "отменен отменена отменено stornovana stornovano zrusena zruseno torolve torolt "
    "sztornozva avbruten makulerad annulleret kansellert peruutettu anulat anulata iptal",
    "refunded": "возврат возвращен iade aterbetald refunderet",
    "channel": "канал kanava",
    "margin": "маржа прибыль",
}

_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ı": "i", "đ": "d"}
)


def plain(text: str) -> str:
    """A text without accents.

    >>> plain("Größe"), plain("Marża")
    ('Grosse', 'Marza')
    """
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_ENGLISH = {plain(word): name for name, words in _WORDS.items() for word in words.split()}
_PARTS = {plain(part): name for name, parts in _JOINED.items() for part in parts.split()}
_PART = re.compile("|".join(sorted(_PARTS, key=len, reverse=True)))


def in_english(text: str) -> str:
    """The words of a text in small letters, those that are known here in English.

    >>> in_english("注文日時"), in_english("номер заказа"), in_english("order date")
    ('order date', 'number order', 'order date')
    """
    apart = _PART.sub(lambda part: f" {_PARTS[part[0]]} ", text)
    return " ".join(_ENGLISH.get(word, word) for word in re.findall(r"[^\W_]+", apart))
