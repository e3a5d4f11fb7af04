"""Why a row is put aside."""

from enum import IntEnum

from ltvkit.data.reading.amounts import LIMIT


class Reason(IntEnum):
    """What is wrong with a row; of several, the first of these."""

    NONE = 0
    LEFT_OUT = 1
    NO_CUSTOMER = 2
    NO_DATE = 3
    BAD_DATE = 4
    NO_AMOUNT = 5
    BAD_AMOUNT = 6
    INFINITE = 7
    TOO_LARGE = 8
    BAD_MARGIN = 9
    DUPLICATE = 10
    STRAY = 11
    LATER = 12
    REFUND_ONLY = 13
    LINE = 14
    """For a while: perhaps a further line of an order."""
    REFUND = 15
    """For a while: nobody's refund, whose sale may say whose it is."""
    BLANK = 16
    OWN = 17


WORDS = {
    Reason.LEFT_OUT: "data.leave_out says that it is no sale",
    Reason.BLANK: "customer, date and amount are missing",
    Reason.NO_CUSTOMER: "the customer id is missing",
    Reason.NO_DATE: "the date is missing",
    Reason.BAD_DATE: "the date cannot be read",
    Reason.NO_AMOUNT: "the amount is missing",
    Reason.BAD_AMOUNT: "the amount cannot be read",
    Reason.INFINITE: "the amount is not finite",
    Reason.TOO_LARGE: f"the amount is {LIMIT:.0e} or more",
    Reason.BAD_MARGIN: "the margin is missing or cannot be read",
    Reason.DUPLICATE: "an exact duplicate of an earlier row",
    Reason.STRAY: "the date is far away from all others",
    Reason.LATER: "the date is after the snapshot",
    Reason.OWN: "a payment of the shop's own, which names no sale",
    Reason.REFUND_ONLY: "the customer has refunds but no order",
}
MALFORMED = "the line cannot be parted into the columns of the header"
