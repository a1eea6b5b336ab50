//! The methods: their names, whether calling them twice does harm, and what their answers are known to hold.

use crate::http::Repeat;
use crate::xiaohongshu::vocabulary::Shape::{self, Any, List, Numbers, Object, Words};

/// A method of version 3.
#[derive(Debug)]
pub struct Method {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether it may be called again when it is not known what became of the first call.
    pub repeat: Repeat,
    /// Whether it speaks for a shop and so needs its access token.
    pub for_shop: bool,
    pub(super) shape: Shape,
}

const fn reads(name: &'static str, shape: Shape) -> Method {
    Method { name, repeat: Repeat::Safe, for_shop: true, shape }
}

const ORDER_TYPE: Shape = Numbers(&[1, 2, 3, 4, 5]);
const ORDER_STATUS: Shape = Numbers(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
const AFTER_SALE: Shape = Numbers(&[1, 2, 3, 4, 5, 6, 7]);
const CANCEL: Shape = Numbers(&[0, 1]);
const FLAG: Shape = Numbers(&[0, 1, 2, 3, 4, 5, 6]);
const LOGISTICS: Shape = Words(&[
    "red_auto",
    "red_express",
    "red_domestic_trade",
    "red_standard",
    "red_box",
    "red_bonded",
    "red_bulk",
    "red_post",
]);
const TAGS: Shape = List(&Words(&[
    "NEW_YEAR",
    "PLATFORM_DECLARE",
    "SELLER_DECLARE",
    "CONSULT",
    "MODIFIED_ADDR",
    "MODIFIED_PRICE",
    "NO_LOGISTICS_SHIP",
    "PRINTED",
    "URGENT_SHIP",
    "QIC",
    "SAMPLE",
    "HOME_DELIVERY",
    "LACK_GOOD",
    "EXPLODE",
    "EXEMPT",
    "CERTIFICATION_WAREHOUSE",
    "COUNTRY_SUBSIDY",
    "CITY_SUBSIDY",
    "COUNTRY_SUBSIDY_SUPPLY_SALE",
    "BUY_AGENT",
    "RDS",
]));

const LIST_ENTRY: Shape = Object(
    "orderId createdTime paidTime updateTime deliveryTime cancelTime finishTime promiseLastDeliveryTime planInfoId planInfoName \
     receiverCountryId receiverCountryName receiverProvinceId receiverProvinceName receiverCityId receiverCityName \
     receiverDistrictId receiverDistrictName customerRemark sellerRemark originalOrderId",
    &[
        ("orderType", ORDER_TYPE),
        ("orderStatus", ORDER_STATUS),
        ("orderAfterSalesStatus", AFTER_SALE),
        ("cancelStatus", CANCEL),
        ("sellerRemarkFlag", FLAG),
        ("logistics", LOGISTICS),
        ("orderTagList", TAGS),
    ],
);

const SKU_DETAIL: Shape = Object(
    "skuId erpCode barcode scSkuCode registerName skuName quantity pricePerSku taxPerSku paidAmountPerSku \
     depositAmountPerSku merchantDiscountPerSku redDiscountPerSku rawPricePerSku",
    &[],
);

const SKU: Shape = Object(
    "skuId skuName erpcode skuSpec skuImage itemId itemName kolId kolName skuQuantity isChannel totalPaidAmount \
     totalMerchantDiscount totalRedDiscount totalTaxAmount totalNetWeight",
    &[
        ("skuTag", Numbers(&[0, 1])),
        ("deliveryMode", Numbers(&[0, 1])),
        ("skuAfterSaleStatus", AFTER_SALE),
        ("skuIdentifyCodeInfo", Object("sNCode barCode iMEI1Code iMEI2Code", &[])),
        ("skuDetailList", List(&SKU_DETAIL)),
    ],
);

const BOUND: Shape = Object(
    "payNo productValue payAmount taxAmount shippingFee discountAmount zoneCodes",
    &[("payChannel", Words(&["AliPay", "TP"]))],
);

const DETAIL: Shape = Object(
    "orderId createdTime paidTime updateTime deliveryTime cancelTime finishTime promiseLastDeliveryTime \
     presaleDeliveryStartTime presaleDeliveryEndTime planInfoId planInfoName receiverCountryId receiverCountryName \
     receiverProvinceId receiverProvinceName receiverCityId receiverCityName receiverDistrictId receiverDistrictName \
     customerRemark sellerRemark originalOrderId totalNetWeightAmount totalPayAmount totalShippingFree totalDepositAmount \
     totalMerchantDiscount totalRedDiscount merchantActualReceiveAmount totalChangePriceAmount unpack expressTrackingNo \
     expressCompanyCode receiverName receiverPhone receiverAddress openAddressId shopId shopName userId whcode customsCode \
     outTradeNo outPromotionAmount subsidySupplierId subsidySupplierName subsidyWpServiceCode \
     subsidySkuIdentifyCodeRequiredInfo orderReceiverInfo",
    &[
        ("orderType", ORDER_TYPE),
        ("orderStatus", ORDER_STATUS),
        ("orderAfterSalesStatus", AFTER_SALE),
        ("cancelStatus", CANCEL),
        ("sellerRemarkFlag", FLAG),
        ("logistics", LOGISTICS),
        ("orderTagList", TAGS),
        ("logisticsMode", Numbers(&[1, 2, 3, 4])),
        ("paymentType", Numbers(&[1, 2, 3, 4, 5, 7, 8, -1])),
        ("skuList", List(&SKU)),
        ("boundExtendInfo", BOUND),
        (
            "transferExtendInfo",
            Object(
                "internationalExpressNo paintMarker collectionPlace threeSegmentCode orderDeclaredAmount",
                &[],
            ),
        ),
        (
            "simpleDeliveryOrderList",
            List(&Object(
                "deliveryOrderIndex expressTrackingNo expressCompanyCode skuIdList itemIdList expressUrlProofList",
                &[("status", ORDER_STATUS)],
            )),
        ),
    ],
);

const DECLARE_INFO: Shape = Object(
    "",
    &[("orderDeclareInfos", List(&Object("orderId idName idNumber linkPhone frontUrl backUrl type", &[])))],
);

const RECEIVER: Shape = Object(
    "",
    &[(
        "receiverInfos",
        List(&Object(
            "orderId matched receiverProvinceName receiverCityName receiverDistrictName receiverTownName receiverName \
             receiverPhone receiverAddress location accountInfo",
            &[],
        )),
    )],
);

const DECRYPTED: Shape = Object(
    "",
    &[(
        "dataInfoList",
        List(&Object(
            "dataTag encryptedData decryptedData errorCode errorMsg virtualNumber virtualNumberFlag virtualPhoneNumber \
             virtualExtendNumber expireAt",
            &[],
        )),
    )],
);

const PORT: Shape = Object("customs_name customs_code", &[]);
const TOKENS: Shape =
    Object("accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt sellerId sellerName", &[]);

/// Orders by time of creation or change.
pub static GET_ORDER_LIST: Method = reads(
    "order.getOrderList",
    Object("total pageNo pageSize maxPageNo", &[("orderList", List(&LIST_ENTRY))]),
);
/// One order.
pub static GET_ORDER_DETAIL: Method = reads("order.getOrderDetail", DETAIL);
/// The people of an order that customs asks for.
pub static GET_ORDER_DECLARE_INFO: Method = reads("order.getOrderDeclareInfo", DECLARE_INFO);
/// Where an order goes.
pub static GET_ORDER_RECEIVER_INFO: Method = reads("order.getOrderReceiverInfo", RECEIVER);
/// Ciphertexts in the clear.
pub static BATCH_DECRYPT: Method = reads("data.batchDecrypt", DECRYPTED);
/// The ports that the platform declares through.
pub static GET_SUPPORTED_PORT_LIST: Method = reads(
    "order.getSupportedPortList",
    Object("", &[("platSupportCustoms", List(&PORT)), ("sellerSupportCustoms", List(&PORT))]),
);
/// Asks for a payment slip to be pushed again. Every call makes the payment company push once more.
pub static RESEND_BONDED_PAYMENT_RECORD: Method =
    Method { name: "order.resendBondedPaymentRecord", repeat: Repeat::Once, for_shop: true, shape: Any };
/// Files an article at a port; replaces what was there.
pub static CREATE_ITEM_CUSTOMS_INFO: Method = reads("order.createItemCustomsInfo", Any);
/// The same by the older call.
pub static SYNC_ITEM_CUSTOMS_INFO: Method = reads("order.syncItemCustomsInfo", Any);
/// What is filed of an article.
pub static GET_CUSTOMS_INFO: Method = reads(
    "order.getCustomsInfo",
    Object(
        "",
        &[(
            "providerSyncCustomsInfoV3List",
            List(&Object("barcode customsName hsCode generalTaxRate quantity1 quantity2", &[])),
        )],
    ),
);
/// Ships an order.
pub static ORDER_DELIVER: Method =
    Method { name: "order.orderDeliver", repeat: Repeat::Once, for_shop: true, shape: Any };
/// Replaces a waybill number.
pub static MODIFY_ORDER_EXPRESS_INFO: Method = reads("order.modifyOrderExpressInfo", Any);
/// The way of a parcel.
pub static GET_ORDER_TRACKING: Method = reads(
    "order.getOrderTracking",
    Object(
        "",
        &[(
            "orderTrackInfos",
            List(&Object(
                "orderId deliveryOrderId currentStatusDesc expressCompanyCode expressCompanyName expressNo",
                &[(
                    "records",
                    List(&Object(
                        "eventAt eventDesc trackingPartnerSyncAt subNodeId trackingStatusDesc location",
                        &[
                            ("nodeId", Numbers(&[5, 6, 8, 35])),
                            (
                                "trackingStatus",
                                Numbers(&[
                                    1010, 1015, 1019, 2010, 2011, 2012, 2015, 3010, 3015, 3020, 3050, 3055,
                                    3060, 3065, 6020,
                                ]),
                            ),
                        ],
                    )),
                )],
            )),
        )],
    ),
);
/// Puts parcels into a batch of the forwarder.
pub static CREATE_TRANSFER_BATCH: Method = Method {
    name: "order.createTransferBatch",
    repeat: Repeat::Once,
    for_shop: true,
    shape: Object("batchNo message successTotal total", &[]),
};
/// The carriers.
pub static GET_EXPRESS_COMPANY_LIST: Method = reads(
    "common.getExpressCompanyList",
    Object(
        "",
        &[(
            "expressCompanyInfos",
            List(&Object("expressCompanyId expressCompanyCode expressCompanyName comment", &[])),
        )],
    ),
);
/// The shop's logistics plans.
pub static GET_LOGISTICS_LIST: Method = reads(
    "common.getLogisticsList",
    Object(
        "",
        &[(
            "logisticsPlans",
            List(&Object(
                "planInfoId shopName planInfoName customsCode logisticsCompanyCode logisticName isValid countryName \
                 privinceName provinceName cityName street postCode sellerAddressRecordId",
                &[("tradeMode", Numbers(&[0, 1, 2]))],
            )),
        )],
    ),
);
/// The first tokens, against a code that the shop's owner got. The same code gives the same tokens again.
pub static GET_ACCESS_TOKEN: Method =
    Method { name: "oauth.getAccessToken", repeat: Repeat::Safe, for_shop: false, shape: TOKENS };
/// New tokens, against the refresh token.
pub static REFRESH_TOKEN: Method =
    Method { name: "oauth.refreshToken", repeat: Repeat::Safe, for_shop: false, shape: TOKENS };
