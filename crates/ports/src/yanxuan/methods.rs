//! The methods: their names, and what their results are known to hold.

use crate::wire::vocabulary::Shape::{self, Any, List, Numbers, Object, Words};

/// A method of the interface. Each may be called twice, by the platform's own word.
#[derive(Debug)]
pub struct Method {
    /// Its name on the wire.
    pub name: &'static str,
    pub(super) shape: Shape,
}

const fn method(name: &'static str, shape: Shape) -> Method {
    Method { name, shape }
}

const SKU: Shape = Object(
    "id yanxuanPrice channelPrice picUrl displayString",
    &[(
        "itemSkuSpecValueList",
        List(&Object("", &[("skuSpec", Object("name", &[])), ("skuSpecValue", Object("value picUrl", &[]))])),
    )],
);

const ITEM: Shape = Object(
    "id name primarySkuId primaryPicUrl listPicUrl simpleDesc",
    &[
        ("skuList", List(&SKU)),
        ("itemDetail", Object("detailHtml picUrl1 picUrl2 picUrl3 picUrl4", &[])),
        ("attrList", List(&Object("attrName attrValue", &[]))),
        ("categoryPathList", List(&List(&Object("name", &[])))),
    ],
);

const ORDER_SKUS: Shape = List(&Object(
    "skuId productName saleCount originPrice subtotalAmount couponTotalAmount activityTotalAmount",
    &[],
));

/// A parcel's waybills with their articles.
pub(super) const EXPRESS_DETAILS: Shape =
    List(&Object("expressCompany expressNo", &[("subExpressNos", Any), ("skus", ORDER_SKUS)]));

const ORDER: Shape = Object(
    "orderId submitTime payTime buyerAccount receiverName receiverMobile receiverPhone receiverProvinceName \
     receiverCityName receiverDistrictName receiverAddressDetail realPrice expFee payMethod invoiceTitle invoiceAmount",
    &[
        (
            "orderStatus",
            Words(&[
                "WAITING_PAY",
                "PAYED",
                "SYS_CANCEL",
                "USER_CANCEL",
                "KF_CANCEL",
                "CANCELLING",
                "USER_PAYED_CANCEL",
                "USERPAYEDCANCEL",
            ]),
        ),
        (
            "orderPackages",
            List(&Object(
                "packageId expressCompany expressNo expCreateTime confirmTime",
                &[
                    (
                        "packageStatus",
                        Words(&[
                            "WAITING_DELIVERY",
                            "START_DELIVERY",
                            "WAITING_COMMENT",
                            "COMMENTED",
                            "SYS_CANCEL",
                            "USER_CANCEL",
                            "KF_CANCEL",
                            "USER_PAYED_CANCEL",
                        ]),
                    ),
                    ("orderSkus", ORDER_SKUS),
                    ("expressDetailInfos", EXPRESS_DETAILS),
                ],
            )),
        ),
    ],
);

/// The products that the channel may sell.
pub static ITEM_IDS: Method = method("yanxuan.item.id.batch.get", Any);
/// What is known of some products.
pub static ITEMS: Method = method("yanxuan.item.batch.get", List(&ITEM));
/// How many there are of some articles.
pub static INVENTORY: Method = method("yanxuan.inventory.count.get", List(&Object("skuId inventory", &[])));
/// Passes a paid order on. The same order number again gives the same order.
pub static CREATE_ORDER: Method = method("yanxuan.order.paid.create", ORDER);
/// Asks for an order to be cancelled that is not shipped.
pub static CANCEL_ORDER: Method =
    method("yanxuan.order.paid.cancel", Object("rejectReason", &[("cancelStatus", Numbers(&[0, 1, 2]))]));
/// Says that the buyer has received a parcel.
pub static CONFIRM_RECEIPT: Method = method("yanxuan.order.received.confirm", Any);
/// An order as the platform has it.
pub static GET_ORDER: Method = method("yanxuan.order.paid.get", ORDER);
/// Which callbacks are wanted; replaces what was registered before, the default ones included.
pub static REGISTER_CALLBACKS: Method = method("yanxuan.callback.method.register", Any);
/// Which callbacks are registered.
pub static LIST_CALLBACKS: Method = method("yanxuan.callback.method.list", Any);

/// All of them.
pub static ALL: [&Method; 9] = [
    &ITEM_IDS,
    &ITEMS,
    &INVENTORY,
    &CREATE_ORDER,
    &CANCEL_ORDER,
    &CONFIRM_RECEIPT,
    &GET_ORDER,
    &REGISTER_CALLBACKS,
    &LIST_CALLBACKS,
];
