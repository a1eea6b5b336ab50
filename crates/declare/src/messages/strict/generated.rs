//! Documents of every kind from drawn texts and numbers, for property tests.

use filing::hs::HsCode;
use jiff::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::documents::field::MAX_DIGITS;
use crate::documents::{
    Arrival, Day, Guid, InventoryHead, InventoryLine, Moment, Number, OrderHead, OrderLine, PaymentHead,
    Personal, Request, Return, ReturnLine, Standing, Submission, Text, TradeMode, WaybillHead, WaybillStatus,
    Withdrawal,
};
use crate::messages::{Document, MessageKind};

/// Texts and numbers, taken round and round.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    texts: Vec<String>,
    numbers: Vec<u64>,
    taken: usize,
}

/// What documents are made of. Characters of every script, and those that XML escapes.
pub(crate) fn draws() -> impl Strategy<Value = Draw> {
    let text = prop_oneof![3 => "\\PC{1,24}", 1 => "[a-z<>&\"'\\] 　海关]{1,24}"];
    (prop::collection::vec(text, 5..40), prop::collection::vec(any::<u64>(), 7..40))
        .prop_map(|(texts, numbers)| Draw { texts, numbers, taken: 0 })
}

impl Draw {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.taken += 1;
        self.numbers[self.taken % self.numbers.len()].rotate_left(self.taken as u32)
    }

    /// A text; one of four is as long as its field.
    pub(crate) fn text<const MAX: usize>(&mut self) -> Text<'static, MAX> {
        let number = self.next();
        let text = &self.texts[(number >> 8) as usize % self.texts.len()];
        let text = if number.is_multiple_of(4) { text.repeat(MAX) } else { text.clone() };
        Text::cut(text).unwrap_or_else(|| Text::parse("字").unwrap())
    }

    fn exact<const LENGTH: usize>(&mut self) -> Text<'static, LENGTH> {
        let number = self.next();
        let letters = self.text::<LENGTH>();
        let letters = letters.as_str().chars().filter(|letter| !letter.is_whitespace());
        let text: String = letters.chain(format!("{number:020}").chars().rev()).take(LENGTH).collect();
        Text::parse(text).unwrap()
    }

    fn personal<const MAX: usize>(&mut self) -> Personal<'static, MAX> {
        Personal(self.text())
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.next().is_multiple_of(3)).then(|| make(self))
    }

    fn number(&mut self) -> Number {
        let (mantissa, scale) = (u128::from(self.next()) % 10u128.pow(MAX_DIGITS as u32), self.next() % 6);
        let value = Decimal::try_from_i128_with_scale(i128::try_from(mantissa).unwrap(), scale as u32);
        Number::parse(value.unwrap()).unwrap()
    }

    pub(crate) fn guid(&mut self) -> Guid {
        let text = format!("{:016x}{:016x}", self.next(), self.next());
        Guid::parse(&text).unwrap()
    }

    pub(crate) fn moment(&mut self) -> Moment {
        let second = i64::try_from(self.next() % 4_000_000_000).unwrap();
        Moment::of(Timestamp::from_second(second).unwrap(), &ports::clock::beijing())
    }

    fn day(&mut self) -> Day {
        self.moment().day()
    }

    fn submission(&mut self) -> Submission {
        Submission::ALL[self.next() as usize % 3]
    }

    fn standing(&mut self) -> Standing {
        if self.next().is_multiple_of(2) { Standing::Saved } else { Standing::Declared }
    }

    fn line(&mut self) -> u32 {
        (self.next() % 99) as u32 + 1
    }

    fn hs_code(&mut self) -> HsCode {
        HsCode::parse(&format!("{:010}", self.next() % 10_000_000_000)).unwrap()
    }

    fn some<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..=self.next() % 3).map(|_| make(self)).collect()
    }

    /// A document of a kind.
    pub(crate) fn document(&mut self, kind: MessageKind) -> Document<'static> {
        match kind {
            MessageKind::Order => Document::Order(Box::new(self.order()), self.some(Self::order_line)),
            MessageKind::Payment => Document::Payment(Box::new(self.payment())),
            MessageKind::Waybill => Document::Waybill(Box::new(self.waybill())),
            MessageKind::Inventory => {
                Document::Inventory(Box::new(self.inventory()), self.some(Self::inventory_line))
            }
            MessageKind::WaybillStatus => Document::WaybillStatus(Box::new(self.waybill_status())),
            MessageKind::Withdrawal => Document::Withdrawal(Box::new(Withdrawal { request: self.request() })),
            MessageKind::Return => Document::Return(Box::new(Return {
                submission: self.submission(),
                request: self.request(),
                lines: self.some(Self::return_line),
            })),
            MessageKind::Arrival => Document::Arrival(Box::new(self.arrival())),
        }
    }

    fn order(&mut self) -> OrderHead<'static> {
        OrderHead {
            guid: self.guid(),
            submission: self.submission(),
            made_at: self.moment(),
            standing: self.standing(),
            order_no: self.text(),
            platform_code: self.text(),
            platform_name: self.text(),
            merchant_code: self.text(),
            merchant_name: self.text(),
            goods_value: self.number(),
            freight: self.number(),
            discount: self.number(),
            tax: self.number(),
            paid: self.number(),
            buyer_reg_no: self.personal(),
            buyer_name: self.personal(),
            buyer_telephone: self.personal(),
            buyer_id_number: self.personal(),
            payer_code: self.text(),
            payer_name: self.text(),
            transaction_no: self.text(),
            consignee: self.personal(),
            consignee_telephone: self.personal(),
            consignee_address: self.personal(),
            consignee_district: self.maybe(Self::exact),
        }
    }

    fn order_line(&mut self) -> OrderLine<'static> {
        OrderLine {
            number: self.line(),
            item_no: self.maybe(Self::text),
            name: self.text(),
            specification: self.text(),
            barcode: self.text(),
            unit: self.exact(),
            quantity: self.number(),
            price: self.number(),
            total_price: self.number(),
            country: self.exact(),
        }
    }

    fn payment(&mut self) -> PaymentHead<'static> {
        PaymentHead {
            guid: self.guid(),
            submission: self.submission(),
            made_at: self.moment(),
            standing: self.standing(),
            payer_code: self.text(),
            payer_name: self.text(),
            transaction_no: self.text(),
            order_no: self.text(),
            platform_code: self.text(),
            platform_name: self.text(),
            paid_by_id_number: self.personal(),
            paid_by_name: self.personal(),
            telephone: self.maybe(Self::personal),
            amount: self.number(),
            paid_at: self.moment(),
        }
    }

    pub(crate) fn waybill(&mut self) -> WaybillHead<'static> {
        WaybillHead {
            guid: self.guid(),
            submission: self.submission(),
            made_at: self.moment(),
            standing: self.standing(),
            carrier_code: self.text(),
            carrier_name: self.text(),
            waybill_no: self.text(),
            bill_no: self.maybe(Self::text),
            order_no: self.text(),
            freight: self.number(),
            insurance: self.number(),
            gross_weight: self.number(),
            goods: self.maybe(Self::text),
            consignee: self.personal(),
            consignee_address: self.personal(),
            consignee_telephone: self.personal(),
        }
    }

    pub(crate) fn inventory(&mut self) -> InventoryHead<'static> {
        InventoryHead {
            guid: self.guid(),
            submission: self.submission(),
            made_at: self.moment(),
            standing: self.standing(),
            order_no: self.text(),
            platform_code: self.text(),
            platform_name: self.text(),
            merchant_code: self.text(),
            merchant_name: self.text(),
            waybill_no: self.text(),
            carrier_code: self.text(),
            carrier_name: self.text(),
            own_no: self.text(),
            guarantor_code: self.text(),
            account_book: self.maybe(Self::text),
            declared_on: self.day(),
            customs_code: self.exact(),
            port_code: self.exact(),
            buyer_id_number: self.personal(),
            buyer_name: self.personal(),
            buyer_telephone: self.personal(),
            consignee_address: self.personal(),
            declarant_code: self.text(),
            declarant_name: self.text(),
            warehouse_code: self.maybe(Self::text),
            warehouse_name: self.maybe(Self::text),
            trade_mode: if self.next().is_multiple_of(2) { TradeMode::Bonded } else { TradeMode::Direct },
            transport_mode: self.exact(),
            transport_no: self.maybe(Self::text),
            voyage_no: self.maybe(Self::text),
            bill_no: self.maybe(Self::text),
            site_no: self.maybe(Self::text),
            departure_country: self.exact(),
            freight: self.number(),
            insurance: self.number(),
            wrap_type: self.maybe(Self::exact),
            gross_weight: self.number(),
            net_weight: self.number(),
        }
    }

    pub(crate) fn inventory_line(&mut self) -> InventoryLine<'static> {
        InventoryLine {
            number: self.line(),
            item_record_no: self.maybe(Self::text),
            item_no: self.maybe(Self::text),
            hs_code: self.hs_code(),
            name: self.text(),
            specification: self.text(),
            barcode: self.text(),
            country: self.exact(),
            quantity: self.number(),
            unit: self.exact(),
            quantity1: self.number(),
            unit1: self.exact(),
            second: self.maybe(|draw| (draw.number(), draw.exact())),
            price: self.number(),
            total_price: self.number(),
        }
    }

    fn waybill_status(&mut self) -> WaybillStatus<'static> {
        WaybillStatus {
            guid: self.guid(),
            submission: self.submission(),
            made_at: self.moment(),
            standing: self.standing(),
            carrier_code: self.text(),
            carrier_name: self.text(),
            waybill_no: self.text(),
            signed_for_at: self.moment(),
        }
    }

    fn request(&mut self) -> Request<'static> {
        Request {
            guid: self.guid(),
            made_at: self.moment(),
            standing: self.standing(),
            customs_code: self.exact(),
            order_no: self.text(),
            platform_code: self.text(),
            platform_name: self.text(),
            merchant_code: self.text(),
            merchant_name: self.text(),
            waybill_no: self.text(),
            carrier_code: self.text(),
            carrier_name: self.text(),
            own_no: self.text(),
            entry_no: self.maybe(Self::text),
            inventory_no: self.text(),
            buyer_id_number: self.personal(),
            buyer_name: self.personal(),
            buyer_telephone: self.personal(),
            declarant_code: self.text(),
            declarant_name: self.text(),
            reason: self.text(),
        }
    }

    fn return_line(&mut self) -> ReturnLine<'static> {
        ReturnLine {
            number: self.line(),
            hs_code: self.hs_code(),
            name: self.text(),
            quantity: self.number(),
            unit: self.exact(),
        }
    }

    fn arrival(&mut self) -> Arrival<'static> {
        Arrival {
            guid: self.guid(),
            submission: self.submission(),
            made_at: self.moment(),
            standing: self.standing(),
            customs_code: self.exact(),
            own_no: self.text(),
            entry_no: self.maybe(Self::text),
            arrival_no: self.maybe(Self::text),
            operator_code: self.text(),
            operator_name: self.text(),
            transport_mode: self.exact(),
            transport_no: self.text(),
            voyage_no: self.text(),
            bill_no: self.text(),
            carrier_code: self.text(),
            carrier_name: self.text(),
            location: self.maybe(Self::text),
            waybills: self.some(Self::text),
        }
    }
}
