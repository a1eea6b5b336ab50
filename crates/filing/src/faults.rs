//! Every fault of filings, in Chinese and English.
//!
//! The texts are read by warehouse clerks: they say what is wrong in the sheet's own words and what to do in the
//! spreadsheet program. `{header}` is the column's header as the file writes it, `{value}` what stands in the cell.

ports::fault_kinds! {
    /// The file cannot be opened or read.
    FILE_UNREADABLE = "FIL-FILE-UNREADABLE", Error,
        "文件读不出来：{reason}" / "the file cannot be read: {reason}",
        "请确认文件存在、没有被其他程序占用，然后重试" / "make sure the file exists and no other program holds it, then try again";
    /// There is nothing in the file.
    FILE_EMPTY = "FIL-FILE-EMPTY", Error,
        "文件是空的" / "the file is empty",
        "请选择填好备案的表格；空白模板可用“customs filing template”生成" / "choose the sheet that was filled in; `customs filing template` makes an empty one";
    /// Larger than anything a clerk fills in.
    FILE_SIZE = "FIL-FILE-SIZE", Error,
        "文件有{found}字节，超过上限{limit}字节" / "the file has {found} bytes, more than the limit of {limit}",
        "请把表格拆成几个文件，去掉图片等无关内容后再导入" / "split the sheet into several files and leave out pictures";
    /// A workbook of Excel 95 or older, or a compound file that is no workbook.
    FILE_OLD_FORMAT = "FIL-FILE-OLD-FORMAT", Error,
        "文件不是Excel 97及以后的工作簿，读不出来" / "this is no workbook of Excel 97 or later",
        "请用Excel打开，另存为“Excel工作簿(*.xlsx)”后再导入" / "open it in Excel and save it as an Excel workbook (.xlsx)";
    /// Locked with a password.
    FILE_ENCRYPTED = "FIL-FILE-ENCRYPTED", Error,
        "文件加了密码，读不出来" / "the file is locked with a password",
        "请用Excel打开，去掉密码后保存，再导入" / "open it in Excel, remove the password, save it and import again";
    /// A web page, or Excel's XML of 2003, under the name of a workbook.
    FILE_WEB = "FIL-FILE-WEB", Error,
        "文件其实是网页(HTML)或XML，不是Excel工作簿" / "the file is really a web page (HTML) or XML, not a workbook",
        "请用Excel打开，另存为“Excel工作簿(*.xlsx)”后再导入" / "open it in Excel and save it as an Excel workbook (.xlsx)";
    /// Beyond a bound; see `sheet::bounds`.
    FILE_LIMIT = "FIL-FILE-LIMIT", Error,
        "文件超过上限：{what}，最多{limit}；整个文件都没有导入" / "the file goes beyond a bound: {what}, at most {limit}; nothing of it was taken",
        "请用Excel打开，把备案内容复制到新的工作簿，另存为.xlsx后再导入；内容多时拆成几个文件" / "copy the filings into a new workbook and save it as .xlsx; split it when there are very many";
    /// A document type in the XML of a workbook: no spreadsheet program writes one.
    FILE_DOCTYPE = "FIL-FILE-DOCTYPE", Error,
        "文件内部有DOCTYPE声明，表格软件不会写这种内容，可能是恶意文件" / "the file holds a DOCTYPE, which no spreadsheet program writes; it may be malicious",
        "请不要使用这个文件，向发件人重新索取" / "do not use this file; ask for a new copy";
    /// No room for the texts of a large workbook.
    FILE_SPACE = "FIL-FILE-SPACE", Error,
        "临时文件夹{folder}写不进去：{reason}" / "the temporary folder {folder} cannot be written: {reason}",
        "请清理磁盘空间后重试" / "make room on the disk and try again";
    /// Macros are never run.
    FILE_MACROS = "FIL-FILE-MACROS", Warning,
        "文件带有宏，宏不会运行，只读单元格的内容" / "the file has macros; they are not run, only the cells are read",
        "如果内容要靠宏生成，请先在Excel中运行并保存" / "if a macro fills in cells, run it in Excel and save first";
    /// Links to other files are never followed.
    FILE_LINKS = "FIL-FILE-LINKS", Warning,
        "文件引用了其他工作簿，只用上次保存的结果" / "the file refers to other workbooks; the values saved last are used",
        "请确认保存前链接已更新，或把公式粘贴为数值" / "make sure the links were up to date, or paste the formulas as values";
    /// Formulas in a format that does not tell which cells.
    FILE_FORMULAS = "FIL-FILE-FORMULAS", Warning,
        "有{count}个单元格是公式，按上次保存的结果导入" / "{count} cells are formulas; their values saved last are taken",
        "请核对结果，或把公式粘贴为数值" / "check the values, or paste the formulas as values";
    /// A zip archive that is no workbook, or a damaged one.
    FILE_WORKBOOK = "FIL-FILE-WORKBOOK", Error,
        "文件不是有效的Excel工作簿(.xlsx)，或者已经损坏：{reason}" / "the file is no sound Excel workbook (.xlsx): {reason}",
        "请用Excel打开并另存为.xlsx;如果Excel也打不开，请向发件人重新索取" / "open it in Excel and save it as .xlsx again; if Excel cannot open it either, ask for a new copy";
    /// Neither workbook nor text.
    FILE_KIND = "FIL-FILE-KIND", Error,
        "文件既不是Excel工作簿，也不是文本表格" / "the file is neither an Excel workbook nor a text table",
        "请导入.xlsx或.csv文件" / "use an .xlsx or a .csv file";
    /// Text in an encoding that is neither UTF-8 nor GB18030.
    FILE_ENCODING = "FIL-FILE-ENCODING", Error,
        "文本文件的编码既不是UTF-8，也不是GB18030(GBK)" / "the text is neither UTF-8 nor GB18030 (GBK)",
        "请用Excel另存为“CSV UTF-8（逗号分隔）”或.xlsx后再导入" / "save it in Excel as “CSV UTF-8” or as .xlsx";
    /// The file broke off half-way; nothing of it is taken.
    FILE_TORN = "FIL-FILE-TORN", Error,
        "读到第{row}行之后文件中断：{reason}；整个文件都没有导入" / "reading broke off after row {row}: {reason}; nothing of the file was taken",
        "文件可能没有传完或已损坏，请重新复制或重新下载后再导入" / "the file may be incomplete or damaged; copy or download it again";
    /// A fault of this program, met while reading.
    FILE_BROKE = "FIL-FILE-BROKE", Error,
        "程序在处理这个文件时出错，整个文件都没有导入" / "the program broke down over this file; nothing of it was taken",
        "请用Excel打开并另存为.xlsx后再导入；仍然出错时，请把文件发给技术人员" / "save it as .xlsx in Excel and import again; if it happens again, give the file to your technician";
    /// More rows than a spreadsheet has.
    FILE_ROWS = "FIL-FILE-ROWS", Error,
        "超过{limit}行，整个文件都没有导入" / "more than {limit} rows; nothing of the file was taken",
        "请拆成几个文件" / "split it into several files";
    /// `--whole-file` and not every row is right.
    FILE_WHOLE = "FIL-FILE-WHOLE", Error,
        "有{refused}行不合格，按“整份导入”的要求，整个文件都没有导入" / "{refused} rows are refused, and the file was to be taken whole: nothing was taken",
        "改好这些行后重新导入，或者不用“整份导入”(--whole-file)" / "mend those rows and import again, or leave out --whole-file";

    /// No sheet has a row that looks like the headers.
    SHEET_HEADER = "FIL-SHEET-HEADER", Error,
        "前{limit}行里找不到表头" / "no header row among the first {limit} rows",
        "第一行应是表头：商品条码、商品名称、海关HS编码、第一法定计量单位数量等；可用“customs filing template”生成模板" / "the first row must hold the headers: 商品条码, 商品名称, 海关HS编码, 第一法定计量单位数量 …; `customs filing template` makes a template";
    /// `--sheet` names none.
    SHEET_NAME = "FIL-SHEET-NAME", Error,
        "没有名为“{sheet}”的工作表；文件里有：{all}" / "there is no sheet {sheet}; the file has: {all}",
        "请核对 --sheet 的名称" / "check the name after --sheet";
    /// Another sheet has all required columns too.
    SHEET_OTHER = "FIL-SHEET-OTHER", Warning,
        "工作表“{sheets}”看起来也是备案，这次没有读" / "the sheet {sheets} looks like filings too and was not read",
        "需要时用 --sheet 指定工作表再导入一次" / "import again with --sheet to take it";
    /// Headers and nothing below.
    SHEET_ROWS = "FIL-SHEET-EMPTY", Error,
        "表头下面没有数据" / "there is nothing below the headers",
        "请填写备案后再导入" / "fill in the filings first";

    /// A column without which no row can be taken.
    COLUMN_MISSING = "FIL-COLUMN-MISSING", Error,
        "缺少必填列“{header}”" / "the required column {header} is missing",
        "请增加这一列；也可用这些表头：{accepted}" / "add the column; these headers are accepted: {accepted}";
    /// No port column and no default port.
    COLUMN_PORT = "FIL-COLUMN-PORT", Error,
        "没有“口岸”列，也没有指定默认口岸" / "there is no 口岸 (port) column and no default port",
        "请增加“口岸”列，或在导入时用 --port 指定口岸" / "add the column, or name the port with --port";
    /// Two columns of the same meaning.
    COLUMN_TWICE = "FIL-COLUMN-TWICE", Error,
        "“{header}”与{other}列“{first}”含义相同，不知道用哪一列" / "{header} means the same as {first} in column {other}",
        "请删除其中一列" / "delete one of them";
    /// A column the program does not know.
    COLUMN_UNKNOWN = "FIL-COLUMN-UNKNOWN", Warning,
        "不认识“{header}”列，已忽略" / "the column {header} is not known and is ignored",
        "如果是备案内容，请改成模板中的表头" / "if it belongs to the filing, use the template's header";
    /// A column whose lack holds orders.
    COLUMN_NEEDED = "FIL-COLUMN-NEEDED", Warning,
        "没有“{header}”列：备案可以导入，但含这些商品的订单在补齐之前不能申报" / "there is no column {header}: the filings are taken, but orders with these items are held until it is given",
        "请增加这一列并填写后再次导入" / "add the column, fill it in and import again";
    /// More columns than are read.
    COLUMN_MANY = "FIL-COLUMN-MANY", Warning,
        "只读前{limit}列，{cell}等单元格的内容已忽略" / "only the first {limit} columns are read; {cell} and others are ignored",
        "如果{cell}是多余内容，请删除；如果是备案内容，请移到前面的列" / "delete what stands in {cell}, or move the filing's columns to the front";

    /// A required cell is empty.
    CELL_EMPTY = "FIL-CELL-EMPTY", Error,
        "“{header}”没有填" / "{header} is empty",
        "请填写：{note}" / "fill it in: {note}";
    /// A cell is empty without which orders are held.
    CELL_NEEDED = "FIL-CELL-NEEDED", Warning,
        "“{header}”没有填：备案可以导入，但含该商品的订单在补齐之前不能申报" / "{header} is empty: the filing is taken, but orders with this item are held until it is given",
        "请填写后再次导入：{note}" / "fill it in and import again: {note}";
    /// The result of a formula.
    CELL_FORMULA = "FIL-CELL-FORMULA", Warning,
        "“{header}”是公式，按上次保存的结果“{value}”导入" / "{header} is a formula; its value saved last, {value}, is taken",
        "请核对结果，或把公式粘贴为数值" / "check the value, or paste the formula as a value";
    /// An error value of the spreadsheet.
    CELL_ERROR = "FIL-CELL-ERROR", Error,
        "“{header}”单元格是公式错误{value}" / "{header} holds the spreadsheet error {value}",
        "请改正公式，或直接填写内容" / "mend the formula or type the value";
    /// A date or truth value where text or a number is meant.
    CELL_KIND = "FIL-CELL-KIND", Error,
        "“{header}”被Excel当成了日期或逻辑值({value})" / "{header} was turned into a date or a truth value by the spreadsheet ({value})",
        "请把单元格格式改为“文本”，再重新输入" / "format the cell as text and type the value again";
    /// A cell longer than a spreadsheet's.
    CELL_LONG = "FIL-CELL-LONG", Error,
        "“{header}”有{found}个字符，超过单元格上限{limit}" / "{header} has {found} characters, more than a cell's {limit}",
        "请检查引号是否成对，或缩短内容" / "check that quotes are closed, or shorten it";
    /// Characters that no message can carry.
    CELL_CONTROL = "FIL-CELL-CONTROL", Error,
        "“{header}”里有看不见的控制字符，报文不能携带" / "{header} holds control characters, which no message can carry",
        "请删掉这个单元格的内容，重新手工输入" / "clear the cell and type it again";
    /// Longer than the field is in customs messages.
    TEXT_LENGTH = "FIL-TEXT-LENGTH", Error,
        "“{header}”有{found}个字符，最多{limit}个" / "{header} has {found} characters, at most {limit} are allowed",
        "请缩短到{limit}个字符以内" / "shorten it to {limit} characters";
    /// Text in scientific notation where a code is meant.
    CODE_SCIENTIFIC = "FIL-CODE-SCIENTIFIC", Error,
        "“{header}”变成了科学计数法({value})，后面的数字已经丢失" / "{header} has become scientific notation ({value}); its last digits are lost",
        "请把该列格式设为“文本”，从原始资料重新填写完整的数字" / "format the column as text and type the full digits again from the source";
    /// A number cell that cannot hold all digits.
    CODE_DIGITS = "FIL-CODE-DIGITS", Error,
        "“{header}”是数字格式({value})，不是完整的编码：Excel只保留15位数字，也不应有小数或负号" / "{header} is a number ({value}) and not a whole code: a spreadsheet keeps 15 digits, and a code has no fraction or sign",
        "请把该列格式设为“文本”，从原始资料重新填写" / "format the column as text and type it again from the source";

    /// No port is given.
    PORT_EMPTY = "FIL-PORT-EMPTY", Error,
        "没有填口岸，也没有指定默认口岸" / "no port is given and there is no default port",
        "请从下拉列表中选择口岸，或在导入时用 --port 指定" / "choose a port from the list, or name one with --port";
    /// The port is not in the catalogue.
    PORT_UNKNOWN = "FIL-PORT-UNKNOWN", Error,
        "不认识口岸“{value}”" / "the port {value} is not known",
        "请填支持的口岸名称，如杭州、宁波、郑州；全部口岸见“customs ports list”" / "give a supported port, such as 杭州; `customs ports list` shows all";
    /// Characters that a barcode cannot have.
    BARCODE_CHARS = "FIL-BARCODE-CHARS", Error,
        "条码“{value}”里有不允许的字符“{found}”" / "the barcode {value} has characters that are not allowed: {found}",
        "条码只能用字母、数字、/ 和 -" / "use letters, digits, / and - only";
    /// A digit is wrong, or it is an inner code.
    BARCODE_CHECK = "FIL-BARCODE-CHECK", Warning,
        "条码{value}的校验位不对（末位应为{expected}），可能抄错了一位" / "the check digit of {value} is wrong (it should end in {expected}): a digit may be mistyped",
        "请对照商品包装核对；如果是企业自编条码，可以不改" / "compare it with the package; leave it if it is a code of your own";
    /// A leading zero may have been swallowed.
    BARCODE_ZERO = "FIL-BARCODE-ZERO", Warning,
        "条码{value}是数字格式，开头的0可能丢了（补0后{expected}校验正确）" / "{value} is a number and may have lost its leading zero ({expected} has a right check digit)",
        "请对照商品包装核对，把该列格式设为“文本”后填写完整条码" / "compare it with the package and type the whole barcode into a text cell";
    /// Not the platform's id.
    SPV_ID = "FIL-SPV-ID", Error,
        "SPV ID“{value}”不对：应是24位，只含0-9和a-f" / "the SPV ID {value} is not 24 hex digits",
        "请从小红书商家后台复制SPV ID" / "copy the id from the platform's merchant pages";

    /// Not ten digits.
    HS_LENGTH = "FIL-HS-LENGTH", Error,
        "HS编码“{value}”有{found}位，应为10位" / "the HS code {value} has {found} digits instead of 10",
        "请按当年税则填写完整的10位海关商品编码；开头的0不能省，8位税则号列要查出最后2位，不能一律补00" / "give all ten digits of the current code book: keep a leading zero, and look up the last two of a tariff line of 8, which are not always 00";
    /// Something other than digits.
    HS_CHARS = "FIL-HS-CHARS", Error,
        "HS编码“{value}”里有数字以外的字符" / "the HS code {value} holds something other than digits",
        "请只填10位数字，不加点、横线和文字" / "give ten digits only, no dots, dashes or words";
    /// Blanks were removed.
    HS_BLANKS = "FIL-HS-BLANKS", Warning,
        "HS编码“{value}”里的空格已去掉，按{taken}导入" / "blanks in the HS code {value} were removed; {taken} was taken",
        "请在表格中去掉空格，平台会因为空格提示“税则号未收录”" / "remove them in the sheet: the platform calls such a code unknown";
    /// Full-width digits were folded.
    HS_WIDTH = "FIL-HS-WIDTH", Warning,
        "HS编码“{value}”里的全角数字已改为半角，按{taken}导入" / "full-width digits in the HS code {value} were made half-width; {taken} was taken",
        "请在表格中改用半角数字" / "use half-width digits in the sheet";
    /// The zero that a number cell swallows.
    HS_ZERO = "FIL-HS-ZERO", Warning,
        "HS编码{value}是数字格式，丢了开头的0，按{taken}导入" / "the HS code {value} is a number and has lost its leading zero; {taken} was taken",
        "请核对，并把该列格式设为“文本”" / "check it, and format the column as text";
    /// A code of the inspection authorities: the commodity code and three digits more.
    HS_INSPECTION = "FIL-HS-INSPECTION", Error,
        "HS编码“{value}”是13位的检验检疫编码，应为10位" / "{value} is a 13-digit inspection code; the HS code has 10 digits",
        "请只填前10位：{taken}" / "give the first ten digits only: {taken}";
    /// A chapter that no tariff has.
    HS_CHAPTER = "FIL-HS-CHAPTER", Error,
        "税则里没有HS编码“{value}”所在的章" / "the tariff has no such chapter as that of {value}",
        "请查证编码" / "look the code up";
    /// Chapters 98 and 99, which are for special customs uses.
    HS_NATIONAL = "FIL-HS-NATIONAL", Warning,
        "HS编码“{value}”属于第98、99章，不用于跨境零售商品" / "{value} is of chapter 98 or 99, which is not for goods sold across borders by retail",
        "请查证编码" / "look the code up";

    /// Not a number.
    NUMBER_FORM = "FIL-NUMBER-FORM", Error,
        "“{header}”不是数字：“{value}”" / "{header} is not a number: {value}",
        "请只填数字，如 0.25，不带单位" / "give the number alone, such as 0.25, without a unit";
    /// A percentage where an amount is meant.
    NUMBER_PERCENT = "FIL-NUMBER-PERCENT", Error,
        "“{header}”是百分数：{value}" / "{header} is a percentage: {value}",
        "请把单元格格式改为“常规”，填写数量本身" / "format the cell as general and give the amount itself";
    /// A sign of another currency than the yuan.
    NUMBER_CURRENCY = "FIL-NUMBER-CURRENCY", Error,
        "“{header}”不是人民币金额：“{value}”" / "{header} is not in yuan: {value}",
        "请换算成人民币，只填数字" / "convert it to yuan and give the number alone";
    /// Zero or below.
    NUMBER_POSITIVE = "FIL-NUMBER-POSITIVE", Error,
        "“{header}”是{value}，应大于0" / "{header} is {value} and must be above 0",
        "请按备案资料填写大于0的数" / "give a number above 0";
    /// Below zero where zero means none.
    NUMBER_NEGATIVE = "FIL-NUMBER-NEGATIVE", Error,
        "“{header}”是{value}，不能小于0" / "{header} is {value} and must not be below 0",
        "没有第二法定单位的填0或不填" / "0 or an empty cell means that there is no second unit";
    /// Too many decimals.
    NUMBER_SCALE = "FIL-NUMBER-SCALE", Error,
        "“{header}”{value}有{found}位小数，最多{limit}位" / "{header} {value} has {found} decimals, at most {limit} are allowed",
        "请四舍五入到{limit}位小数" / "round it to {limit} decimals";
    /// Too large for any customs field.
    NUMBER_LARGE = "FIL-NUMBER-LARGE", Error,
        "“{header}”的数值太大：{value}" / "{header} is too large: {value}",
        "请核对单位和小数点" / "check the unit and the decimal point";

    /// Not a unit of the customs list.
    UNIT_UNKNOWN = "FIL-UNIT-UNKNOWN", Error,
        "“{header}”不是海关计量单位：“{value}”" / "{header} is not a customs unit: {value}",
        "请从下拉列表中选择，或填3位代码，如 035 或 千克" / "choose from the list, or give a code such as 035 or 千克";
    /// Another unit than the tariff's.
    UNIT_TARIFF = "FIL-UNIT-TARIFF", Error,
        "“{header}”填的是{value}，税则规定HS编码{hs}的是{expected}" / "{header} is {value}, but the tariff gives {expected} for {hs}",
        "请改为{expected}，并核对对应的数量；如果单位没错，请核对HS编码" / "change it to {expected} and check its quantity; or check the HS code";
    /// No unit given and none known.
    UNIT_NEITHER = "FIL-UNIT-EMPTY", Error,
        "“{header}”没有填，税则资料里也没有HS编码{hs}" / "{header} is empty and the tariff at hand does not know {hs}",
        "请按税则填写法定计量单位" / "give the legal unit from the tariff";
    /// The code has a second unit.
    QUANTITY2_MISSING = "FIL-QUANTITY2-MISSING", Error,
        "HS编码{hs}有第二法定计量单位{expected}，但“{header}”是0或没有填" / "{hs} has a second legal unit ({expected}), but {header} is 0 or empty",
        "请填写一个销售单位折合多少{expected}" / "give how many {expected} one sales unit is";
    /// The code has no second unit.
    QUANTITY2_EXTRA = "FIL-QUANTITY2-EXTRA", Error,
        "HS编码{hs}没有第二法定计量单位，但“{header}”填了{value}" / "{hs} has no second legal unit, but {header} is {value}",
        "请改为0或清空；如果数量没错，请核对HS编码" / "make it 0 or empty; or check the HS code";
    /// A second unit for a code that has none.
    UNIT2_EXTRA = "FIL-UNIT2-EXTRA", Error,
        "HS编码{hs}没有第二法定计量单位，但“{header}”填了{value}" / "{hs} has no second legal unit, but {header} is {value}",
        "请清空这一格；如果单位没错，请核对HS编码" / "clear the cell; or check the HS code";
    /// Not a country of the customs list.
    COUNTRY_UNKNOWN = "FIL-COUNTRY-UNKNOWN", Error,
        "“{header}”不是海关国别代码或名称：“{value}”" / "{header} is not a country of the customs list: {value}",
        "请从下拉列表中选择，如 韩国、日本，或填3位海关代码" / "choose from the list, such as 韩国, or give the customs code";
    /// Not a web address.
    URL_FORM = "FIL-URL-FORM", Error,
        "“{header}”里的“{found}”不是网址" / "{found} in {header} is not a web address",
        "请填以http://或https://开头的图片网址，多个之间用空格分开" / "give addresses that begin with http:// or https://, separated by blanks";
    /// Lighter with its package than without.
    WEIGHT_ORDER = "FIL-WEIGHT-ORDER", Error,
        "毛重{value}克小于净重{net}克" / "the gross weight of {value} g is below the net weight of {net} g",
        "请核对两个重量，是否填反了" / "check both; they may be swapped";
    /// Some of the six fields of the platform's record, not all.
    SPV_PARTIAL = "FIL-SPV-PARTIAL", Warning,
        "平台备案的六项只填了一部分，还缺：{missing}；这六项都不会同步到平台" / "of the platform's six fields these are missing: {missing}; none of the six is sent to the platform",
        "请补齐，平台会整体替换这六项" / "fill them in: the platform replaces all six at once";
    /// A legal quantity in kilograms that is not the net weight.
    QUANTITY_WEIGHT = "FIL-QUANTITY-WEIGHT", Warning,
        "“{header}”是{value}{unit}，但净重是{net}克" / "{header} is {value} {unit}, but the net weight is {net} g",
        "法定单位是重量时，数量应等于净重，请核对两处" / "a legal quantity by weight should equal the net weight; check both";
    /// Whether consumption tax is due depends on whether the legal quantity or the net weight is right.
    TAX_THRESHOLD = "FIL-TAX-THRESHOLD", Warning,
        "售价或成本{yuan}元，按“{header}”折算是每克(毫升){price}元，按净重折算是{other}元：消费税起点是{least}元，两者一个要交税、一个不要" / "a price or cost of {yuan} yuan is {price} a gram by {header}, and {other} by the net weight: of the two, only one reaches the {least} yuan from which consumption tax is due",
        "请核对法定数量和净重，它们决定要不要交消费税" / "check the legal quantity and the net weight: they decide whether consumption tax is due";
    /// The same of goods that are counted in pieces.
    TAX_PIECES = "FIL-TAX-PIECES", Warning,
        "售价或成本{yuan}元，按“{header}”折算是每片{price}元，按规格型号中的片数折算是{other}元：消费税起点是{least}元，两者一个要交税、一个不要" / "a price or cost of {yuan} yuan is {price} a piece by {header}, and {other} by the pieces of the specification: of the two, only one reaches the {least} yuan from which consumption tax is due",
        "请核对法定数量和规格型号，它们决定要不要交消费税" / "check the legal quantity and the specification: they decide whether consumption tax is due";
    /// The unit value is so near the threshold that a small change of price turns the tax.
    TAX_NEAR = "FIL-TAX-NEAR", Warning,
        "售价或成本{yuan}元，按“{header}”折算每单位是{price}元，紧挨着消费税起点{least}元" / "a price or cost of {yuan} yuan is {price} a unit by {header}, right beside the {least} yuan from which consumption tax is due",
        "请核对法定数量和成本，小数也要准确" / "check the legal quantity and the cost to the last digit";
    /// The declared unit is the legal unit, but the quantity is not one.
    QUANTITY_UNIT = "FIL-QUANTITY-UNIT", Warning,
        "申报计量单位和第一法定计量单位都是{unit}，但“{header}”是{value}，应为1" / "the declared unit and the first legal unit are both {unit}, but {header} is {value} instead of 1",
        "请核对计量单位和数量" / "check the units and the quantity";

    /// The book says otherwise about the article what customs will hold against the declaration.
    BOOK_DIFFERS = "FIL-BOOK-DIFFERS", Warning,
        "备案库中该商品的“{header}”是{known}，这里是{value}，导入后以这里为准" / "the book has {known} as {header} of this article, and here it is {value}, which replaces it",
        "请核对：是有意修改，还是填错了条码、口岸或内容；导入后可用“customs filing undo”撤销" / "make sure that the change is meant and that barcode and port are right; `customs filing undo` takes an import back";

    /// Rows that a filter or a hand has hidden.
    ROW_HIDDEN = "FIL-ROW-HIDDEN", Warning,
        "有{count}行被隐藏（首个是第{first}行），也一并读取" / "{count} rows are hidden (the first is row {first}); they are read too",
        "不想导入的行请删除，不要只隐藏或筛选" / "delete rows that are not meant; hiding or filtering does not leave them out";
    /// A row that is refused for no reason of its own: a fault of this program.
    ROW_UNSOUND = "FIL-ROW-UNSOUND", Error,
        "程序无法把这一行变成备案" / "the program could not make a filing of this row",
        "请把文件发给技术人员" / "give the file to your technician";
    /// The same row once more.
    ROW_TWICE = "FIL-ROW-TWICE", Warning,
        "与第{other}行的口岸、条码和内容都相同，只算一次" / "the same filing as in row {other}; it counts once",
        "可以删除其中一行" / "one of the rows can be deleted";
    /// The same key with other content.
    ROW_CONFLICT = "FIL-ROW-CONFLICT", Error,
        "与第{other}行的口岸、条码相同，但内容不同，两行都没有导入" / "the same port and barcode as row {other} with other content; neither was taken",
        "请保留正确的一行，删除另一行" / "keep the right row and delete the other";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::ALL;

    #[test]
    fn codes_are_unique_and_of_this_crate() {
        let codes: HashSet<_> = ALL.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), ALL.len());
        assert!(codes.iter().all(|code| code.starts_with("FIL-")));
    }

    #[test]
    fn both_languages_name_the_same_values() {
        fn names(text: &str) -> HashSet<&str> {
            text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
        }
        for kind in ALL {
            let known = names(kind.message.zh);
            assert!(names(kind.message.en).is_subset(&known), "{}", kind.code);
            assert_eq!(names(kind.remedy.zh), names(kind.remedy.en), "{}", kind.code);
        }
    }
}
