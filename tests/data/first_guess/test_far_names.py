"""Columns with names of other scripts, and of languages of which a few words are known."""

import numpy as np
import pytest
from guessed_shop import shop

from ltvkit.data import guess_columns

NAMES = {
    "ja": {"order": "注文番号", "date": "注文日時", "shipped": "発送日時", "customer": "会員番号",
           "tax": "消費税", "amount": "商品合計金額（税抜）", "margin": "粗利"},
    "zh": {"order": "订单编号", "date": "下单时间", "customer": "买家会员名", "amount": "总金额",
           "tax": "税额", "channel": "渠道"},
    "ko": {"order": "주문번호", "date": "주문일시", "customer": "구매자 ID",
           "amount": "총 주문금액"},
    "ru": {"order": "Номер заказа", "date": "Дата заказа", "customer": "Клиент", "amount": "Сумма",
           "tax": "НДС", "channel": "Канал"},
    "cs": {"order": "Číslo objednávky", "date": "Datum", "customer": "Zákazník",
           "amount": "Částka bez DPH", "tax": "DPH"},
    "hu": {"order": "Rendelés száma", "date": "Rendelés dátuma", "customer": "Vevő azonosító",
           "amount": "Nettó végösszeg", "tax": "ÁFA"},
    "no": {"order": "Ordrenummer", "date": "Dato", "customer": "Kundenummer",
           "amount": "Beløp eks. mva", "tax": "MVA"},
    "tr": {"order": "Sipariş No", "date": "Sipariş Tarihi", "customer": "Müşteri No",
           "amount": "Toplam Tutar", "tax": "KDV"},
}  # fmt: skip


@pytest.mark.parametrize("language", NAMES)
def test_columns_are_found_under_names_of_farther_away(tmp_path, language):
    path, names = tmp_path / "orders.csv", NAMES[language]
    shop(**names).to_csv(path, index=False)
    columns = guess_columns(path).columns
    assert columns.customer_id == names["customer"]
    assert columns.ordered_at == names["date"]
    assert columns.revenue == names["amount"]
    assert columns.order_id == names["order"]
    assert columns.margin == names.get("margin")
    assert columns.channel == names.get("channel")


@pytest.mark.parametrize(
    ("column", "sold", "value"),
    [
        ("ステータス", "発送済み", "キャンセル"),
        ("订单状态", "交易成功", "待付款"),
        ("주문상태", "배송완료", "환불완료"),
        ("Статус", "Выполнен", "Отменён"),
        ("Stav", "Vyřízena", "Stornována"),
        ("Státusz", "Teljesítve", "Törölve"),
        ("Durum", "Tamamlandı", "İptal"),
    ],
)
def test_what_is_called_no_sale_farther_away_is_put_aside(guessed, column, sold, value):
    log = shop(customer="customer", date="date", amount="amount")
    assert guessed(log.assign(**{column: np.resize([sold, sold, value], len(log))})).leave_out == {
        column: (value,)
    }
