//! What can be wrong with a message as such: its bytes, its XML, its kind, its fields by the schema, its signature.

ports::fault_kinds! {
    /// More bytes than any message has.
    TOO_LONG = "CEB-FILE-LENGTH", Error,
        "文件超过 {limit} 字节" / "the file is longer than {limit} bytes",
        "一个报文最多100份单证；拆成几个报文" / "a message has at most 100 documents; split it";
    /// Bytes that no encoding in use gives a text for.
    BYTES = "CEB-FILE-BYTES", Error,
        "文件在此处有不属于 {encoding} 的字节" / "there are bytes here that are no {encoding}",
        "文件可能在传输中损坏；重新取得，或以UTF-8重新导出" / "the file may be damaged; fetch it again, or export it in UTF-8";
    /// An encoding that is not read.
    ENCODING = "CEB-FILE-ENCODING", Error,
        "文件声明的编码 {declared} 不可识别" / "the file declares the encoding {declared}, which is not read",
        "以UTF-8导出" / "export it in UTF-8";
    /// The declaration says another encoding than the bytes have.
    ENCODING_DIFFERS = "CEB-FILE-DECLARED", Error,
        "文件声明的编码是 {declared}，内容却是 {found}" / "the file declares {declared}, but its bytes are {found}",
        "以UTF-8导出，并声明 encoding=\"UTF-8\"" / "export it in UTF-8 and declare encoding=\"UTF-8\"";
    /// A message in a Chinese encoding.
    NOT_UTF8 = "CEB-FILE-NOT-UTF8", Warning,
        "报文的编码是 {found}" / "the message is in {found}",
        "规范要求报文为UTF-8；对方系统可能读不出中文" / "the specification wants UTF-8; the other side may not read the Chinese text";
    /// A character that XML cannot carry.
    CHARACTER = "CEB-XML-CHARACTER", Error,
        "文件中有XML不允许的字符 {character}" / "there is a character here that XML forbids: {character}",
        "从数据中去掉控制字符" / "remove control characters from the data";
    /// A document type.
    DOCTYPE = "CEB-XML-DOCTYPE", Error,
        "文件含有 DOCTYPE" / "the file has a DOCTYPE",
        "海关报文没有 DOCTYPE；文件可能有害，不要使用" / "customs messages have none; the file may be meant to do harm";
    /// Not XML.
    MALFORMED = "CEB-XML", Error,
        "不是完整的XML：{reason}" / "not well-formed XML: {reason}",
        "文件可能被截断或手工改坏；重新导出" / "the file may be cut off or edited by hand; export it again";
    /// An entity of its own.
    ENTITY = "CEB-XML-ENTITY", Error,
        "实体 {entity} 没有定义" / "the entity {entity} is not defined",
        "只能使用 &lt; &gt; &amp; &quot; &apos; 和字符编号" / "only &lt; &gt; &amp; &quot; &apos; and character numbers can be used";
    /// Beyond a limit of reading.
    LIMIT = "CEB-XML-LIMIT", Error,
        "{what}超过 {limit}" / "more than {limit} {what}",
        "海关报文不会这样；核对文件来源" / "no customs message is like this; check where the file is from";
    /// Not a message.
    KIND = "CEB-KIND", Error,
        "根元素 {root} 不是海关跨境报文" / "the root element {root} is no message of customs",
        "报文的根元素是 CEB311Message、CEB621Message 等" / "a message's root element is CEB311Message, CEB621Message and so on";
    /// A message without documents.
    EMPTY = "CEB-EMPTY", Error,
        "报文中没有单证（{document}）" / "there is no document ({document}) in the message",
        "核对导出程序" / "check the program that exported it";
    /// A receipt that says nothing.
    RECEIPT = "CEB-RECEIPT", Error,
        "回执缺少 {field}，无法使用" / "a receipt lacks {field} and cannot be used",
        "保留原文，向发送方核对" / "keep the original, and ask the sender";
    /// An amount of a tax bill that is none.
    AMOUNT = "CEB-BILL-AMOUNT", Error,
        "税单的 {field} 不是可用的数值：\"{value}\"" / "the tax bill's {field} is no amount: \"{value}\"",
        "保留原文，向海关核对" / "keep the original, and ask customs";
    /// An envelope without a message.
    ENVELOPE = "CEB-ENVELOPE", Error,
        "DXP信封中没有可读的报文" / "there is no message to be read in the DXP envelope",
        "Data 应为报文的Base64" / "Data has to be the message in Base64";
    /// A message that no envelope can be put round.
    NOT_TO_WRAP = "CEB-WRAP", Error,
        "报文不能装入DXP信封：{what} 缺失或不合规" / "the message cannot be put into a DXP envelope: its {what} is missing or does not fit",
        "核对 [transfer] dxp_id：信封中的发送方编号最多16个字母和数字" / "check [transfer] dxp_id: a sender's number on an envelope has at most 16 letters and digits";
    /// An element that has to be there.
    MISSING = "CEB-READ-MISSING", Error,
        "缺少 {field}" / "{field} is missing",
        "这不是本程序写出的报文，或被改动过" / "this program did not write the message, or it was changed";
    /// An element in the wrong place, or one the documents have no place for.
    UNEXPECTED = "CEB-READ-UNEXPECTED", Error,
        "{field} 不应出现在此处" / "{field} has no place here",
        "这不是本程序写出的报文，或被改动过" / "this program did not write the message, or it was changed";
    /// Text between elements.
    TEXT_BETWEEN = "CEB-READ-BETWEEN", Error,
        "元素之间有文字或空白" / "there is text or white space between elements",
        "不要缩进或重新排版报文" / "do not indent the message or lay it out anew";
    /// A text that does not fit its field.
    TEXT = "CEB-READ-TEXT", Error,
        "{field} 应为{min}至{max}个字符，首尾没有空白" / "{field} has to have {min} to {max} characters, with no blanks round them",
        "这不是本程序写出的报文，或被改动过" / "this program did not write the message, or it was changed";
    /// A number in another form.
    NUMBER = "CEB-READ-NUMBER", Error,
        "{field} 应为不带多余零的非负数，最多19位，其中小数最多5位" / "{field} has to be a number of at most 19 digits, 5 of them behind the point, not negative, without idle zeros",
        "这不是本程序写出的报文，或被改动过" / "this program did not write the message, or it was changed";
    /// A code, time or number of a document in another form.
    VALUE = "CEB-READ-VALUE", Error,
        "{field} 应为 {expected}" / "{field} has to be {expected}",
        "这不是本程序写出的报文，或被改动过" / "this program did not write the message, or it was changed";
    /// Two names that are one.
    NAMES_DIFFER = "CEB-READ-NAMES", Error,
        "itemName 与 gname 不一致" / "itemName and gname differ",
        "两者都是备案的商品名称" / "both are the name the goods were filed under";
    /// More of something than a message holds.
    COUNT = "CEB-READ-COUNT", Error,
        "{field} 有{count}个，最多{limit}个" / "there are {count} of {field}, at most {limit} are allowed",
        "拆成几个报文" / "split it into several";
    /// Faults that are not told one by one.
    MORE = "CEB-READ-MORE", Error,
        "至少还有{count}处问题没有列出" / "at least {count} more faults are not told",
        "先解决列出的问题" / "mend those that are told first";
}
