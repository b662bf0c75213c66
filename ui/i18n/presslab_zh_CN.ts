<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Claims</name>
    <message>
        <source>holds</source>
        <translation>成立</translation>
    </message>
    <message>
        <source>does not hold</source>
        <translation>不成立</translation>
    </message>
    <message>
        <source>cannot hold here</source>
        <translation>此处不可能成立</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Loading</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Tokenising</source>
        <translation>分词</translation>
    </message>
    <message>
        <source>Calibrating</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Prefill</source>
        <translation>预填充</translation>
    </message>
    <message>
        <source>Compressing</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>解码</translation>
    </message>
    <message>
        <source>Measuring quality</source>
        <translation>测量质量</translation>
    </message>
    <message>
        <source>Measuring attention</source>
        <translation>测量注意力</translation>
    </message>
    <message>
        <source>Writing results</source>
        <translation>写入结果</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>Balanced (recommended)</source>
        <translation>均衡(推荐)</translation>
    </message>
    <message>
        <source>Half of the cache, four experts, two for a token</source>
        <translation>移除一半缓存,四个专家,每 token 两个</translation>
    </message>
    <message>
        <source>Conservative</source>
        <translation>保守</translation>
    </message>
    <message>
        <source>Removes 30 %: quality first</source>
        <translation>移除 30 %:质量优先</translation>
    </message>
    <message>
        <source>Aggressive</source>
        <translation>激进</translation>
    </message>
    <message>
        <source>Removes 70 %: memory first</source>
        <translation>移除 70 %:内存优先</translation>
    </message>
    <message>
        <source>Few experts</source>
        <translation>少量专家</translation>
    </message>
    <message>
        <source>Two experts: the cheapest router</source>
        <translation>两个专家:路由开销最小</translation>
    </message>
    <message>
        <source>Many experts</source>
        <translation>大量专家</translation>
    </message>
    <message>
        <source>Eight experts: the finest choice</source>
        <translation>八个专家:选择最精细</translation>
    </message>
    <message>
        <source>Split 60/40</source>
        <translation>分配 60/40</translation>
    </message>
    <message>
        <source>The router frees 60 %, Duo 40 % of the bytes</source>
        <translation>路由释放 60 % 字节,Duo 释放 40 %</translation>
    </message>
    <message>
        <source>Long document</source>
        <translation>长文档</translation>
    </message>
    <message>
        <source>4,000 tokens, removes 60 %, six experts</source>
        <translation>4,000 个 token,移除 60 %,六个专家</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>1,000 tokens, removes 40 %</source>
        <translation>1,000 个 token,移除 40 %</translation>
    </message>
    <message>
        <source>Long generation</source>
        <translation>长文本生成</translation>
    </message>
    <message>
        <source>2,000 tokens and a long answer</source>
        <translation>2,000 个 token 与较长回答</translation>
    </message>
    <message>
        <source>Tuned, five experts</source>
        <translation>调优(五个专家)</translation>
    </message>
    <message>
        <source>Five experts, half of the cache</source>
        <translation>五个专家,移除一半缓存</translation>
    </message>
    <message>
        <source>Low memory</source>
        <translation>低内存</translation>
    </message>
    <message>
        <source>The guide&apos;s values: removes 20 %, two experts. A higher ratio would save more memory.</source>
        <translation>指南给出的数值:移除 20 %,两个专家。提高压缩率可节省更多内存。</translation>
    </message>
</context>
<context>
    <name>PressTable</name>
    <message>
        <source>No Compression</source>
        <translation>不压缩</translation>
    </message>
    <message>
        <source>Duo Attention</source>
        <translation>Duo Attention</translation>
    </message>
    <message>
        <source>EPLB Routing</source>
        <translation>EPLB 路由</translation>
    </message>
    <message>
        <source>EPLB Routing + Duo Attention</source>
        <translation>EPLB 路由 + Duo Attention</translation>
    </message>
    <message>
        <source>Ratio removed</source>
        <translation>压缩率(移除比例)</translation>
    </message>
    <message>
        <source>First tokens</source>
        <translation>起始 token 数</translation>
    </message>
    <message>
        <source>Recent tokens</source>
        <translation>最近 token 数</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Head order</source>
        <translation>头的顺序</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Experts per token</source>
        <translation>每 token 专家数</translation>
    </message>
    <message>
        <source>Capacity factor</source>
        <translation>容量系数</translation>
    </message>
    <message>
        <source>Router</source>
        <translation>路由器</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>负载均衡</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>分派方式</translation>
    </message>
    <message>
        <source>Shared share</source>
        <translation>共享比例</translation>
    </message>
    <message>
        <source>Head quotas</source>
        <translation>头配额</translation>
    </message>
    <message>
        <source>Expert list</source>
        <translation>专家列表</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Balance coefficient</source>
        <translation>均衡系数</translation>
    </message>
    <message>
        <source>Balance mode</source>
        <translation>均衡模式</translation>
    </message>
    <message>
        <source>Importance threshold</source>
        <translation>重要性阈值</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>组数</translation>
    </message>
    <message>
        <source>Groups per token</source>
        <translation>每 token 组数</translation>
    </message>
    <message>
        <source>Cache aware</source>
        <translation>感知缓存</translation>
    </message>
    <message>
        <source>Streaming heads</source>
        <translation>流式头比例</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>分配</translation>
    </message>
    <message>
        <source>Ratio of the router</source>
        <translation>路由压缩率</translation>
    </message>
    <message>
        <source>Ratio of Duo</source>
        <translation>Duo 压缩率</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>StreamingLLM</source>
        <translation>StreamingLLM</translation>
    </message>
    <message>
        <source>Key norm</source>
        <translation>键范数</translation>
    </message>
    <message>
        <source>KeyDiff</source>
        <translation>KeyDiff</translation>
    </message>
    <message>
        <source>SnapKV</source>
        <translation>SnapKV</translation>
    </message>
    <message>
        <source>Expected attention</source>
        <translation>期望注意力</translation>
    </message>
    <message>
        <source>TOVA</source>
        <translation>TOVA</translation>
    </message>
    <message>
        <source>Observed attention</source>
        <translation>观测注意力</translation>
    </message>
    <message>
        <source>LagKV</source>
        <translation>LagKV</translation>
    </message>
    <message>
        <source>PyramidKV</source>
        <translation>PyramidKV</translation>
    </message>
    <message>
        <source>AdaKV</source>
        <translation>AdaKV</translation>
    </message>
    <message>
        <source>ChunkKV</source>
        <translation>ChunkKV</translation>
    </message>
    <message>
        <source>Window queries</source>
        <translation>窗口查询数</translation>
    </message>
    <message>
        <source>Pool width</source>
        <translation>池化宽度</translation>
    </message>
    <message>
        <source>Future positions</source>
        <translation>未来位置数</translation>
    </message>
    <message>
        <source>Use covariance</source>
        <translation>使用协方差</translation>
    </message>
    <message>
        <source>Use value norm</source>
        <translation>使用值范数</translation>
    </message>
    <message>
        <source>Epsilon</source>
        <translation>Epsilon</translation>
    </message>
    <message>
        <source>Block length</source>
        <translation>分块长度</translation>
    </message>
    <message>
        <source>Cross scoring</source>
        <translation>跨块评分</translation>
    </message>
    <message>
        <source>Steepness</source>
        <translation>陡峭度</translation>
    </message>
    <message>
        <source>Safeguard</source>
        <translation>最低保留比例</translation>
    </message>
    <message>
        <source>Chunk length</source>
        <translation>片段长度</translation>
    </message>
    <message>
        <source>Press inside</source>
        <translation>内部方法</translation>
    </message>
</context>
<context>
    <name>Provenance</name>
    <message>
        <source>%1 context tokens</source>
        <translation>%1 个上下文 token</translation>
    </message>
    <message>
        <source>%1 threads</source>
        <translation>%1 线程</translation>
    </message>
</context>
<context>
    <name>ResultsModel</name>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
</context>
<context>
    <name>presslab::ChartView</name>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Show the numbers of this chart as a table</source>
        <translation>以表格显示此图的数值</translation>
    </message>
    <message>
        <source>Table of: %1</source>
        <translation>表格:%1</translation>
    </message>
    <message>
        <source>Reset zoom</source>
        <translation>重置缩放</translation>
    </message>
    <message>
        <source>Reset zoom of: %1</source>
        <translation>重置缩放:%1</translation>
    </message>
</context>
<context>
    <name>presslab::ComparePage</name>
    <message>
        <source>Not measured yet. The dotted lines are what arithmetic expects; press Run to measure.</source>
        <translation>尚未测量。虚线为理论预测值,点击“运行”开始测量。</translation>
    </message>
    <message>
        <source>%1: %2 % less memory, %3× the speed, KL %4, %5 % same token</source>
        <translation>%1:内存减少 %2 %,速度为 %3 倍,KL %4,相同 token %5 %</translation>
    </message>
    <message>
        <source>%1 loses %2× less quality than %3</source>
        <translation>%1 的质量损失仅为 %3 的 1/%2</translation>
    </message>
    <message>
        <source>Cancelled: what was measured until then is kept.</source>
        <translation>已取消:此前的测量结果已保留。</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
</context>
<context>
    <name>presslab::ControlPanel</name>
    <message>
        <source>&lt;b&gt;Compression&lt;/b&gt;</source>
        <translation>&lt;b&gt;压缩&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Ratio removed: %1 %</source>
        <translation>压缩率(移除比例):%1 %</translation>
    </message>
    <message>
        <source>Ratio removed</source>
        <translation>压缩率(移除比例)</translation>
    </message>
    <message>
        <source>Share of the KV cache that each method removes</source>
        <translation>每种方法从 KV 缓存中移除的比例</translation>
    </message>
    <message>
        <source>Split: router %1 %, Duo %2 %</source>
        <translation>分配:路由 %1 %,Duo %2 %</translation>
    </message>
    <message>
        <source>Split between router and Duo</source>
        <translation>路由与 Duo 的分配</translation>
    </message>
    <message>
        <source>Who frees which part of the removed bytes</source>
        <translation>被移除的字节中由谁释放多少</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Number of experts</source>
        <translation>专家数量</translation>
    </message>
    <message>
        <source>An expert here is an eviction policy</source>
        <translation>这里的“专家”是一种淘汰策略</translation>
    </message>
    <message>
        <source>Experts per token</source>
        <translation>每 token 专家数</translation>
    </message>
    <message>
        <source>Router</source>
        <translation>路由器</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>负载均衡</translation>
    </message>
    <message>
        <source>Load balance of the experts</source>
        <translation>专家负载均衡方式</translation>
    </message>
    <message>
        <source>Methods (pick one to edit it)</source>
        <translation>压缩方法(选中即可编辑)</translation>
    </message>
    <message>
        <source>Methods of the comparison</source>
        <translation>参与对比的方法</translation>
    </message>
    <message>
        <source>Press to add</source>
        <translation>要添加的压缩方法</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add the press to the comparison</source>
        <translation>将该压缩方法加入对比</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove the chosen method</source>
        <translation>移除选中的方法</translation>
    </message>
</context>
<context>
    <name>presslab::ExpertMap</name>
    <message>
        <source>Experts (eviction policies): load share</source>
        <translation>专家(淘汰策略):负载占比</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>max/mean</source>
        <translation>最大/均值</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>策略</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>token 数</translation>
    </message>
    <message>
        <source>Dropped</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Displaced</source>
        <translation>改派</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>偏置</translation>
    </message>
</context>
<context>
    <name>presslab::HeadMap</name>
    <message>
        <source>Heads: kept share by layer and KV head</source>
        <translation>注意力头:各层各 KV 头的保留比例</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>full</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>retrieval</source>
        <translation>检索头</translation>
    </message>
    <message>
        <source>routed</source>
        <translation>路由头</translation>
    </message>
    <message>
        <source>streaming</source>
        <translation>流式头</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>KV head</source>
        <translation>KV 头</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>总数</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>字节</translation>
    </message>
</context>
<context>
    <name>presslab::LaneView</name>
    <message>
        <source>Method: %1</source>
        <translation>方法:%1</translation>
    </message>
    <message>
        <source>Answer of: %1</source>
        <translation>回答:%1</translation>
    </message>
    <message>
        <source>Phase of: %1</source>
        <translation>阶段:%1</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>cancelled at token %1</source>
        <translation>已取消(第 %1 个 token)</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source> – %1 s left</source>
        <translation>,剩余 %1 秒</translation>
    </message>
    <message>
        <source>KV expected, MiB</source>
        <translation>KV 预测值,MiB</translation>
    </message>
    <message>
        <source>KV cache, MiB</source>
        <translation>KV 缓存,MiB</translation>
    </message>
    <message>
        <source>speed bound</source>
        <translation>加速上限</translation>
    </message>
    <message>
        <source>ms per token</source>
        <translation>毫秒/token</translation>
    </message>
    <message>
        <source>same token</source>
        <translation>相同 token</translation>
    </message>
    <message>
        <source>Teacher-forced on the baseline&apos;s text</source>
        <translation>以基线文本做教师强制评估</translation>
    </message>
    <message>
        <source>Equal tokens at equal places of the two answers</source>
        <translation>两个回答相同位置上相同的 token</translation>
    </message>
</context>
<context>
    <name>presslab::LatencyChart</name>
    <message>
        <source>Time per token (ms)</source>
        <translation>每 token 耗时(毫秒)</translation>
    </message>
    <message>
        <source>decoded token</source>
        <translation>已解码 token</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>毫秒</translation>
    </message>
    <message>
        <source>%1: bandwidth bound</source>
        <translation>%1:带宽下限</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Bound (ms)</source>
        <translation>下限(毫秒)</translation>
    </message>
</context>
<context>
    <name>presslab::MainWindow</name>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>无模型</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>正在运行</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Error: %1</source>
        <translation>错误:%1</translation>
    </message>
    <message>
        <source>Folder for the charts</source>
        <translation>图表保存文件夹</translation>
    </message>
    <message>
        <source>%1 files written to %2</source>
        <translation>已将 %1 个文件写入 %2</translation>
    </message>
    <message>
        <source>Export the run</source>
        <translation>导出运行数据</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入:%1</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>打开模型文件</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf);;All files (*)</source>
        <translation>GGUF 模型 (*.gguf);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Open a stored run</source>
        <translation>打开已保存的运行</translation>
    </message>
    <message>
        <source>The command is in the clipboard</source>
        <translation>命令已复制到剪贴板</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>Open document as prompt…</source>
        <translation>打开文档作为提示词…</translation>
    </message>
    <message>
        <source>Open stored run…</source>
        <translation>打开已保存的运行…</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>All charts: PNG, SVG and PDF…</source>
        <translation>所有图表:PNG、SVG 和 PDF…</translation>
    </message>
    <message>
        <source>All charts as PNG…</source>
        <translation>所有图表导出为 PNG…</translation>
    </message>
    <message>
        <source>All charts as SVG…</source>
        <translation>所有图表导出为 SVG…</translation>
    </message>
    <message>
        <source>All charts as PDF…</source>
        <translation>所有图表导出为 PDF…</translation>
    </message>
    <message>
        <source>Run as CSV…</source>
        <translation>运行数据导出为 CSV…</translation>
    </message>
    <message>
        <source>Run as JSON…</source>
        <translation>运行数据导出为 JSON…</translation>
    </message>
    <message>
        <source>Run as Markdown…</source>
        <translation>运行数据导出为 Markdown…</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>Reset zoom of all charts</source>
        <translation>重置所有图表的缩放</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
</context>
<context>
    <name>presslab::MemoryChart</name>
    <message>
        <source>KV cache over the run (MiB)</source>
        <translation>运行过程中的 KV 缓存 (MiB)</translation>
    </message>
    <message>
        <source>prefill by layer, then token by token</source>
        <translation>预填充(逐层),然后解码(逐 token)</translation>
    </message>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>%1 (expected)</source>
        <translation>%1(预测)</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
</context>
<context>
    <name>presslab::QualityChart</name>
    <message>
        <source>KV bytes against quality loss</source>
        <translation>KV 字节与质量损失</translation>
    </message>
    <message>
        <source>KV cache held (MiB)</source>
        <translation>保留的 KV 缓存 (MiB)</translation>
    </message>
    <message>
        <source>mean KL divergence (nats)</source>
        <translation>平均 KL 散度 (nats)</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>KV cache (MiB)</source>
        <translation>KV 缓存 (MiB)</translation>
    </message>
    <message>
        <source>KL mean</source>
        <translation>KL 均值</translation>
    </message>
    <message>
        <source>KL median</source>
        <translation>KL 中位数</translation>
    </message>
    <message>
        <source>KL p99</source>
        <translation>KL p99</translation>
    </message>
    <message>
        <source>Same token (%)</source>
        <translation>相同 token (%)</translation>
    </message>
</context>
<context>
    <name>presslab::ResultsPage</name>
    <message>
        <source>&lt;b&gt;Results&lt;/b&gt;</source>
        <translation>&lt;b&gt;结果&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;b&gt;Gains&lt;/b&gt;</source>
        <translation>&lt;b&gt;收益&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;b&gt;Claims of the guide, against this run&lt;/b&gt;</source>
        <translation>&lt;b&gt;指南中的结论与本次实测对照&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Gains</source>
        <translation>收益</translation>
    </message>
    <message>
        <source>Claims</source>
        <translation>结论对照</translation>
    </message>
    <message>
        <source>The command that repeats this run</source>
        <translation>重现本次运行的命令</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Against</source>
        <translation>对比对象</translation>
    </message>
    <message>
        <source>Memory saved</source>
        <translation>节省内存</translation>
    </message>
    <message>
        <source>Time saved</source>
        <translation>节省时间</translation>
    </message>
    <message>
        <source>Speed gained</source>
        <translation>速度提升</translation>
    </message>
    <message>
        <source>KL ratio</source>
        <translation>KL 比值</translation>
    </message>
    <message>
        <source>Claim</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Band</source>
        <translation>区间</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>实测</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>presslab::SummaryChart</name>
    <message>
        <source>Summary (% of the baseline)</source>
        <translation>汇总(相对基线的 %)</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>decode speed</source>
        <translation>解码速度</translation>
    </message>
    <message>
        <source>same token</source>
        <translation>相同 token</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>KV cache (MiB)</source>
        <translation>KV 缓存 (MiB)</translation>
    </message>
    <message>
        <source>Decode (tok/s)</source>
        <translation>解码 (tok/s)</translation>
    </message>
    <message>
        <source>Same token (%)</source>
        <translation>相同 token (%)</translation>
    </message>
</context>
<context>
    <name>presslab::TopBar</name>
    <message>
        <source>Model…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>打开模型文件</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Synthetic</source>
        <translation>合成文本</translation>
    </message>
    <message>
        <source>Own document</source>
        <translation>自有文档</translation>
    </message>
    <message>
        <source>Source of the prompt</source>
        <translation>提示词来源</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> token</translation>
    </message>
    <message>
        <source>Length of the context</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Open a document as the prompt</source>
        <translation>打开文档作为提示词</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Follows the context and is never compressed</source>
        <translation>位于上下文之后,不会被压缩</translation>
    </message>
    <message>
        <source>default: What are the main types of machine learning?</source>
        <translation>默认:What are the main types of machine learning?</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>生成 token 数</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run the comparison</source>
        <translation>运行对比</translation>
    </message>
    <message>
        <source>Run the comparison (F5)</source>
        <translation>运行对比 (F5)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel the run</source>
        <translation>取消运行</translation>
    </message>
    <message>
        <source>Stop and keep what was measured (Esc)</source>
        <translation>停止并保留已测得的结果 (Esc)</translation>
    </message>
    <message>
        <source>%1 · %2 · %3 layers × %4 KV heads · %5 positions · %6 MiB of weights</source>
        <translation>%1 · %2 · %3 层 × %4 KV 头 · %5 位置 · 权重 %6 MiB</translation>
    </message>
    <message>
        <source>Text (*.txt *.md);;All files (*)</source>
        <translation>文本 (*.txt *.md);;所有文件 (*)</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation>无法读取 %1:%2</translation>
    </message>
    <message>
        <source>%1 is larger than 64 MiB</source>
        <translation>%1 超过 64 MiB</translation>
    </message>
    <message>
        <source>%1 is empty</source>
        <translation>%1 为空</translation>
    </message>
</context>
</TS>
