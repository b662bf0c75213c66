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
    <message>
        <source>Duo saves 30-50 % of KV memory</source>
        <translation>Duo 节省 30-50 % 的 KV 内存</translation>
    </message>
    <message>
        <source>Duo decodes 1.2-1.5 times as fast</source>
        <translation>Duo 解码速度为 1.2-1.5 倍</translation>
    </message>
    <message>
        <source>Duo keeps 95-98 % of quality (same most likely token)</source>
        <translation>Duo 保持 95-98 % 的质量(最可能 token 相同)</translation>
    </message>
    <message>
        <source>EPLB + Duo saves 40-60 % of KV memory</source>
        <translation>EPLB + Duo 节省 40-60 % 的 KV 内存</translation>
    </message>
    <message>
        <source>EPLB + Duo decodes 1.5-2.0 times as fast</source>
        <translation>EPLB + Duo 解码速度为 1.5-2.0 倍</translation>
    </message>
    <message>
        <source>EPLB + Duo keeps 93-97 % of quality (same most likely token)</source>
        <translation>EPLB + Duo 保持 93-97 % 的质量(最可能 token 相同)</translation>
    </message>
    <message>
        <source>EPLB + Duo saves 15-25 % more memory than Duo</source>
        <translation>EPLB + Duo 比 Duo 多节省 15-25 % 内存</translation>
    </message>
    <message>
        <source>EPLB + Duo decodes 10-20 % faster than Duo</source>
        <translation>EPLB + Duo 解码比 Duo 快 10-20 %</translation>
    </message>
    <message>
        <source>better than the band</source>
        <translation>优于该区间</translation>
    </message>
    <message>
        <source>better than stated</source>
        <translation>优于所述</translation>
    </message>
    <message>
        <source>Duo vs baseline: memory reduction 29.3 %</source>
        <translation>Duo 对比基线:内存减少 29.3 %</translation>
    </message>
    <message>
        <source>Duo vs baseline: speed improvement 24.6 %</source>
        <translation>Duo 对比基线:速度提升 24.6 %</translation>
    </message>
    <message>
        <source>EPLB + Duo vs baseline: memory reduction 47.2 %</source>
        <translation>EPLB + Duo 对比基线:内存减少 47.2 %</translation>
    </message>
    <message>
        <source>EPLB + Duo vs baseline: speed improvement 47.5 %</source>
        <translation>EPLB + Duo 对比基线:速度提升 47.5 %</translation>
    </message>
    <message>
        <source>EPLB + Duo vs Duo: additional memory reduction 25.3 %</source>
        <translation>EPLB + Duo 对比 Duo:内存再减少 25.3 %</translation>
    </message>
    <message>
        <source>EPLB + Duo vs Duo: additional speed improvement 18.4 %</source>
        <translation>EPLB + Duo 对比 Duo:速度再提升 18.4 %</translation>
    </message>
    <message>
        <source>Duo usually improves speed by 20-40 %</source>
        <translation>Duo 通常提速 20-40 %</translation>
    </message>
    <message>
        <source>EPLB + Duo usually improves speed by 40-70 %</source>
        <translation>EPLB + Duo 通常提速 40-70 %</translation>
    </message>
    <message>
        <source>No compression: 1.23 GB on a context of 50 words</source>
        <translation>不压缩:50 个词的上下文占 1.23 GB</translation>
    </message>
    <message>
        <source>ratio .3 keeps quality better than .5</source>
        <translation>压缩率 .3 比 .5 更能保持质量</translation>
    </message>
    <message>
        <source>ratio .7 is faster than .5</source>
        <translation>压缩率 .7 比 .5 更快</translation>
    </message>
    <message>
        <source>out of memory: lower the ratio to .2, with 2 experts</source>
        <translation>内存不足:压缩率降到 .2,用 2 个专家</translation>
    </message>
    <message>
        <source>quality down: ratio .3</source>
        <translation>质量下降:压缩率 .3</translation>
    </message>
    <message>
        <source>quality down: 60 % of the bytes by EPLB, 40 % by Duo</source>
        <translation>质量下降:60 % 的字节由 EPLB 释放,40 % 由 Duo 释放</translation>
    </message>
    <message>
        <source>2 experts are the light setting</source>
        <translation>2 个专家是轻量设置</translation>
    </message>
    <message>
        <source>8 experts are the high-performance setting</source>
        <translation>8 个专家是高性能设置</translation>
    </message>
    <message>
        <source>table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>text</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>sample output</source>
        <translation>示例输出</translation>
    </message>
    <message>
        <source>conclusion</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>tips</source>
        <translation>建议</translation>
    </message>
    <message>
        <source>ratio</source>
        <translation>压缩率</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>% less</source>
        <translation>% 减少</translation>
    </message>
    <message>
        <source>% agree</source>
        <translation>% 一致</translation>
    </message>
    <message>
        <source>% faster</source>
        <translation>% 更快</translation>
    </message>
    <message>
        <source>x</source>
        <translation>倍</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>nats</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>tok/s</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>ms</translation>
    </message>
    <message>
        <source>at %1 tokens the bound is %2x: %3 of weights are read for every token beside %4 of keys and values, of which %5 are kept; no length gives %6x at this ratio</source>
        <translation>在 %1 个 token 时上限为 %2 倍:每个 token 除 %4 的键和值(保留 %5)外还要读 %3 的权重;在此压缩率下任何长度都达不到 %6 倍</translation>
    </message>
    <message>
        <source>at %1 tokens the bound is %2x: %3 of weights are read for every token beside %4 of keys and values, of which %5 are kept; %6x needs %7 tokens, the model has %8 positions</source>
        <translation>在 %1 个 token 时上限为 %2 倍:每个 token 除 %4 的键和值(保留 %5)外还要读 %3 的权重;%6 倍需要 %7 个 token,而模型只有 %8 个位置</translation>
    </message>
    <message>
        <source>at %1 tokens the bound is %2x: %3 of weights are read for every token beside %4 of keys and values, of which %5 are kept; %6x needs %7 tokens</source>
        <translation>在 %1 个 token 时上限为 %2 倍:每个 token 除 %4 的键和值(保留 %5)外还要读 %3 的权重;%6 倍需要 %7 个 token</translation>
    </message>
    <message>
        <source>the method was asked to remove %1 %, %2 % were saved</source>
        <translation>要求该方法删除 %1 %,实际节省 %2 %</translation>
    </message>
    <message>
        <source>the method was asked to remove %1 %</source>
        <translation>要求该方法删除 %1 %</translation>
    </message>
    <message>
        <source>the bandwidth bound at this length is %1x, already passed because the baseline reaches only %2 % of its own limit</source>
        <translation>此长度的带宽上限为 %1 倍,已经超过,因为基线只达到自身极限的 %2 %</translation>
    </message>
    <message>
        <source>the bandwidth bound at this length is %1x</source>
        <translation>此长度的带宽上限为 %1 倍</translation>
    </message>
    <message>
        <source>KL divergence %1 nats over %2 positions</source>
        <translation>%2 个位置上的 KL 散度为 %1 nats</translation>
    </message>
    <message>
        <source>both were given equal bytes; compare at equal quality (--match quality)</source>
        <translation>两者被给予相同字节;请在同等质量下比较 (--match quality)</translation>
    </message>
    <message>
        <source>at this ratio both hold equal bytes by their budget; compare at equal quality (--match quality)</source>
        <translation>在此压缩率下两者按预算持有相同字节;请在同等质量下比较 (--match quality)</translation>
    </message>
    <message>
        <source>%1 % less than Duo&apos;s %2</source>
        <translation>比 Duo 的 %2 少 %1 %</translation>
    </message>
    <message>
        <source>the bound over Duo is %1x: both were given equal bytes, and speed follows bytes</source>
        <translation>相对 Duo 的上限为 %1 倍:两者被给予相同字节,而速度取决于字节</translation>
    </message>
    <message>
        <source>the bound over Duo is %1x: at this ratio both hold equal bytes by their budget, and speed follows bytes</source>
        <translation>相对 Duo 的上限为 %1 倍:在此压缩率下两者按预算持有相同字节,而速度取决于字节</translation>
    </message>
    <message>
        <source>the bound over Duo is %1x: %2 against %3, and speed follows bytes</source>
        <translation>相对 Duo 的上限为 %1 倍:%2 对 %3,而速度取决于字节</translation>
    </message>
    <message>
        <source>the bound over Duo is %1x</source>
        <translation>相对 Duo 的上限为 %1 倍</translation>
    </message>
    <message>
        <source>reading weights and kept cache allows %1 % at this length</source>
        <translation>此长度下读取权重和保留的缓存只允许 %1 %</translation>
    </message>
    <message>
        <source>the ratios ask for %1 %</source>
        <translation>压缩率要求 %1 %</translation>
    </message>
    <message>
        <source>the whole cache of this run has %1 MB at %2 tokens; that of the sample&apos;s own model (distilgpt2, 18,432 bytes a token in 16 bits) some 1.3 MB at 70 tokens, a thousandth of it</source>
        <translation>本次运行的完整缓存在 %2 个 token 时为 %1 MB;示例所用模型(distilgpt2,16 位时每 token 18,432 字节)在 70 个 token 时约 1.3 MB,是所述值的千分之一</translation>
    </message>
    <message>
        <source>mean KL divergence: %1 against %2</source>
        <translation>平均 KL 散度:%1 对 %2</translation>
    </message>
    <message>
        <source>decoded tokens a second: %1 against %2</source>
        <translation>每秒解码 token 数:%1 对 %2</translation>
    </message>
    <message>
        <source>KV cache held; the ratio is the share removed, so a lower one holds more: %1 against %2</source>
        <translation>持有的 KV 缓存;压缩率是删除的份额,越低持有越多:%1 对 %2</translation>
    </message>
    <message>
        <source>time of compression: %1 against %2</source>
        <translation>压缩用时:%1 对 %2</translation>
    </message>
    <message>
        <source>%1 tokens are left out: the model has %2 positions</source>
        <translation>略去 %1 个 token:模型只有 %2 个位置</translation>
    </message>
</context>
<context>
    <name>HeadMap</name>
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
</context>
<context>
    <name>MemoryChart</name>
    <message>
        <source>layer %1</source>
        <translation>第 %1 层</translation>
    </message>
</context>
<context>
    <name>MetricColumns</name>
    <message>
        <source>Ratio requested</source>
        <translation>请求的压缩率</translation>
    </message>
    <message>
        <source>Ratio of tokens</source>
        <translation>token 压缩率</translation>
    </message>
    <message>
        <source>Ratio of bytes</source>
        <translation>字节压缩率</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>KV uncompressed</source>
        <translation>未压缩 KV</translation>
    </message>
    <message>
        <source>KV peak</source>
        <translation>KV 峰值</translation>
    </message>
    <message>
        <source>KV at the end</source>
        <translation>结束时 KV</translation>
    </message>
    <message>
        <source>KV reserved</source>
        <translation>预留 KV</translation>
    </message>
    <message>
        <source>KV predicted</source>
        <translation>预测 KV</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>内存峰值</translation>
    </message>
    <message>
        <source>Memory before</source>
        <translation>运行前内存</translation>
    </message>
    <message>
        <source>Memory after prefill</source>
        <translation>预填充后内存</translation>
    </message>
    <message>
        <source>Memory at the end</source>
        <translation>结束时内存</translation>
    </message>
    <message>
        <source>Prefill scratch</source>
        <translation>预填充临时内存</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Tokenise</source>
        <translation>分词</translation>
    </message>
    <message>
        <source>Prefill time</source>
        <translation>预填充时间</translation>
    </message>
    <message>
        <source>Prefill</source>
        <translation>预填充</translation>
    </message>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Step of the first token</source>
        <translation>首 token 步</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>首 token 时间</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>解码</translation>
    </message>
    <message>
        <source>Token p50</source>
        <translation>token p50</translation>
    </message>
    <message>
        <source>Token p95</source>
        <translation>token p95</translation>
    </message>
    <message>
        <source>Total time</source>
        <translation>总时间</translation>
    </message>
    <message>
        <source>Bandwidth bound</source>
        <translation>带宽下限</translation>
    </message>
    <message>
        <source>Share of limit</source>
        <translation>占上限比例</translation>
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
        <source>Same token</source>
        <translation>相同 token</translation>
    </message>
    <message>
        <source>NLL change</source>
        <translation>NLL 变化</translation>
    </message>
    <message>
        <source>Attention kept</source>
        <translation>保留的注意力</translation>
    </message>
</context>
<context>
    <name>NumberList</name>
    <message>
        <source>&quot;%1&quot; is no number</source>
        <translation>“%1”不是数字</translation>
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
        <source>Chat</source>
        <translation>对话</translation>
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
        <source>4,000 tokens and a question, removes 60 %, six experts</source>
        <translation>4,000 个 token 加一个问题,移除 60 %,六个专家</translation>
    </message>
    <message>
        <source>1,000 tokens, removes 40 %. One question is asked; several turns on one cache are not measured yet.</source>
        <translation>1,000 个 token,移除 40 %。只提一个问题;尚不测量同一缓存上的多轮对话。</translation>
    </message>
    <message>
        <source>The guide&apos;s values: removes 20 %, two experts. Advice: fewer experts free no memory, a higher ratio does.</source>
        <translation>指南给出的数值:移除 20 %,两个专家。建议:减少专家不会释放内存,提高压缩率才会。</translation>
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
        <source>ChunkKV, entropy-gated</source>
        <translation>ChunkKV(按熵门控)</translation>
    </message>
    <message>
        <source>Tokens of a spiky chunk</source>
        <translation>尖峰片段保留的 token 数</translation>
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
    <message>
        <source>Tokens kept</source>
        <translation>保留 token 数</translation>
    </message>
    <message>
        <source>Megabytes kept</source>
        <translation>保留 MB 数</translation>
    </message>
    <message>
        <source>CurDKV</source>
        <translation>CurDKV</translation>
    </message>
    <message>
        <source>Leverage of</source>
        <translation>杠杆值取自</translation>
    </message>
    <message>
        <source>Random projection</source>
        <translation>随机投影</translation>
    </message>
    <message>
        <source>Local windows</source>
        <translation>局部窗口</translation>
    </message>
    <message>
        <source>Leverage scores</source>
        <translation>杠杆分数</translation>
    </message>
    <message>
        <source>Sketch width</source>
        <translation>草图宽度</translation>
    </message>
    <message>
        <source>Non-causal attention</source>
        <translation>非因果注意力</translation>
    </message>
    <message>
        <source>Chunk</source>
        <translation>分块</translation>
    </message>
    <message>
        <source>Compactor</source>
        <translation>Compactor</translation>
    </message>
    <message>
        <source>Last tokens</source>
        <translation>末尾 token 数</translation>
    </message>
    <message>
        <source>Blending</source>
        <translation>混合权重</translation>
    </message>
    <message>
        <source>CapKV</source>
        <translation>CapKV</translation>
    </message>
    <message>
        <source>Sharpness</source>
        <translation>锐度</translation>
    </message>
    <message>
        <source>Q-Filters</source>
        <translation>Q-Filters</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>滤波器文件</translation>
    </message>
    <message>
        <source>Expected attention (statistics)</source>
        <translation>期望注意力(统计量)</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计量文件</translation>
    </message>
    <message>
        <source>ThinK</source>
        <translation>ThinK</translation>
    </message>
    <message>
        <source>Channels removed</source>
        <translation>移除的通道比例</translation>
    </message>
    <message>
        <source>SimLayerKV</source>
        <translation>SimLayerKV</translation>
    </message>
    <message>
        <source>Lazy from</source>
        <translation>惰性阈值</translation>
    </message>
    <message>
        <source>Last queries</source>
        <translation>末尾查询数</translation>
    </message>
    <message>
        <source>Latest tokens</source>
        <translation>最新 token 数</translation>
    </message>
    <message>
        <source>FINCH</source>
        <translation>FINCH</translation>
    </message>
    <message>
        <source>Normalise</source>
        <translation>归一化</translation>
    </message>
    <message>
        <source>Turn keys</source>
        <translation>重新旋转键</translation>
    </message>
    <message>
        <source>Question tokens</source>
        <translation>问题 token 数</translation>
    </message>
    <message>
        <source>KVzip</source>
        <translation>KVzip</translation>
    </message>
    <message>
        <source>By layer</source>
        <translation>逐层</translation>
    </message>
    <message>
        <source>KVzip+</source>
        <translation>KVzip+</translation>
    </message>
    <message>
        <source>KVCompose</source>
        <translation>KVCompose</translation>
    </message>
    <message>
        <source>Structured</source>
        <translation>结构化</translation>
    </message>
    <message>
        <source>Over readers</source>
        <translation>对读者聚合</translation>
    </message>
    <message>
        <source>Over the group</source>
        <translation>对组聚合</translation>
    </message>
    <message>
        <source>Over heads</source>
        <translation>对头聚合</translation>
    </message>
    <message>
        <source>Value norm</source>
        <translation>值范数</translation>
    </message>
    <message>
        <source>Mean of heads</source>
        <translation>各头均值</translation>
    </message>
    <message>
        <source>Least tokens</source>
        <translation>最少 token 数</translation>
    </message>
    <message>
        <source>CriticalKV</source>
        <translation>CriticalKV</translation>
    </message>
    <message>
        <source>First stage</source>
        <translation>第一阶段比例</translation>
    </message>
    <message>
        <source>CriticalAdaKV</source>
        <translation>CriticalAdaKV</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>分块压缩</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>分段压缩</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>段长</translation>
    </message>
    <message>
        <source>Ratio by layer</source>
        <translation>逐层压缩率</translation>
    </message>
    <message>
        <source>Ratios of the layers</source>
        <translation>各层压缩率</translation>
    </message>
    <message>
        <source>Key rerotation</source>
        <translation>键重新旋转</translation>
    </message>
    <message>
        <source>Merging</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>解码时压缩</translation>
    </message>
    <message>
        <source>Ratio Decoding</source>
        <translation>按比例解码压缩</translation>
    </message>
    <message>
        <source>KV Quantisation</source>
        <translation>KV 量化</translation>
    </message>
    <message>
        <source>Interval</source>
        <translation>间隔</translation>
    </message>
    <message>
        <source>Query buffer</source>
        <translation>查询缓冲</translation>
    </message>
    <message>
        <source>CaM</source>
        <translation>CaM（缓存合并）</translation>
    </message>
    <message>
        <source>Merge window</source>
        <translation>合并窗口</translation>
    </message>
    <message>
        <source>Target size</source>
        <translation>目标大小</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位数</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Residual window</source>
        <translation>残余窗口</translation>
    </message>
    <message>
        <source>Similarity from</source>
        <translation>相似度阈值</translation>
    </message>
    <message>
        <source>Share merged</source>
        <translation>合并比例</translation>
    </message>
    <message>
        <source>DMS</source>
        <translation>DMS</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>While decoding</source>
        <translation>解码时也压缩</translation>
    </message>
    <message>
        <source>Router weights</source>
        <translation>路由器权重文件</translation>
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
    <message>
        <source>Software</source>
        <translation>软件</translation>
    </message>
    <message>
        <source>Commit</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model hash</source>
        <translation>模型哈希</translation>
    </message>
    <message>
        <source>Prompt hash</source>
        <translation>提示哈希</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
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
    <name>presslab::AskLane</name>
    <message>
        <source>first token after %1 ms</source>
        <translation>首个 token 用时 %1 毫秒</translation>
    </message>
    <message>
        <source>%1 tok/s</source>
        <translation>%1 tok/s</translation>
    </message>
    <message>
        <source>KV %1 → %2 MiB</source>
        <translation>KV %1 → %2 MiB</translation>
    </message>
    <message>
        <source>%1 tokens read at position %2, %3 new</source>
        <translation>在位置 %2 读入 %1 个 token,生成 %3 个</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>KV now, MiB</source>
        <translation>当前 KV,MiB</translation>
    </message>
    <message>
        <source>KV held, MiB</source>
        <translation>保留的 KV,MiB</translation>
    </message>
    <message>
        <source>TTFT, ms</source>
        <translation>首 token,毫秒</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>tok/s</translation>
    </message>
    <message>
        <source>Counted from the storages of every layer and head; the change is that of the context against the whole cache.</source>
        <translation>由每层每头的存储数出;变化为上下文相对完整缓存。</translation>
    </message>
    <message>
        <source>Time to the first token of the last answer: reading the question and choosing it.</source>
        <translation>最近一次回答的首个 token 用时:读入问题并选出它。</translation>
    </message>
    <message>
        <source>Of the last answer, over the tokens behind the first.</source>
        <translation>最近一次回答,按首个之后的 token 计。</translation>
    </message>
    <message>
        <source>Method: %1</source>
        <translation>方法:%1</translation>
    </message>
    <message>
        <source>Questions and answers of: %1</source>
        <translation>问答:%1</translation>
    </message>
    <message>
        <source>Not compressed yet</source>
        <translation>尚未压缩</translation>
    </message>
    <message>
        <source>context %1 tokens</source>
        <translation>上下文 %1 个 token</translation>
    </message>
    <message>
        <source>%1 of %2 MiB held</source>
        <translation>保留 %1 / %2 MiB</translation>
    </message>
    <message>
        <source>peak %1 MiB</source>
        <translation>峰值 %1 MiB</translation>
    </message>
    <message>
        <source>prefill %1 tok/s</source>
        <translation>预填充 %1 tok/s</translation>
    </message>
    <message>
        <source>compressed in %1 ms</source>
        <translation>压缩用时 %1 毫秒</translation>
    </message>
    <message>
        <source>Questions and answers stand here.</source>
        <translation>问答显示在这里。</translation>
    </message>
</context>
<context>
    <name>presslab::AskPage</name>
    <message>
        <source>Questions and answers are in the clipboard</source>
        <translation>问答已在剪贴板中</translation>
    </message>
    <message>
        <source>Context: the document above, %1 bytes</source>
        <translation>上下文:上方的文档,%1 字节</translation>
    </message>
    <message>
        <source>Context: the synthetic prompt above, %1 tokens</source>
        <translation>上下文:上方的合成提示,%1 个 token</translation>
    </message>
    <message>
        <source>The engine is busy</source>
        <translation>引擎正忙</translation>
    </message>
    <message>
        <source>Reading the context…</source>
        <translation>正在读取上下文…</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>正在回答…</translation>
    </message>
    <message>
        <source>Reading the context: %1</source>
        <translation>正在读取上下文:%1</translation>
    </message>
    <message>
        <source>Answering: %1</source>
        <translation>正在回答:%1</translation>
    </message>
    <message>
        <source>Stopped: nothing is kept. Compress again.</source>
        <translation>已停止:没有保留任何内容。请重新压缩。</translation>
    </message>
    <message>
        <source>Stopped; what was answered stays</source>
        <translation>已停止;已回答的内容保留</translation>
    </message>
    <message>
        <source>Compressed once. Every question is answered from what is held.</source>
        <translation>已压缩一次。每个问题都由保留的内容回答。</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>已回答</translation>
    </message>
    <message>
        <source>The compressed context was let go for another run or model. Compress it again to go on.</source>
        <translation>压缩的上下文已让位于其他运行或模型。请重新压缩后继续。</translation>
    </message>
    <message>
        <source>One compressed context</source>
        <translation>一次压缩的上下文</translation>
    </message>
    <message>
        <source>Methods side by side</source>
        <translation>并排的方法</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>新 token</translation>
    </message>
    <message>
        <source>New tokens of an answer</source>
        <translation>每个回答的新 token</translation>
    </message>
    <message>
        <source>Of every answer, at most; the end of the text ends it. Taken when the context is compressed.</source>
        <translation>每个回答的上限;文本结束则停止。在压缩上下文时生效。</translation>
    </message>
    <message>
        <source>What is asked</source>
        <translation>提问方式</translation>
    </message>
    <message>
        <source>Questions apart</source>
        <translation>各自独立的问题</translation>
    </message>
    <message>
        <source>Each is answered from a copy of the compressed context, as if it were the only one</source>
        <translation>每个问题都由压缩上下文的副本回答,如同唯一的问题</translation>
    </message>
    <message>
        <source>A conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Each turn follows the answer before it; what a method does while decoding goes on</source>
        <translation>每一轮接在前一个回答之后;方法在解码时的处理继续进行</translation>
    </message>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Reads the context once for each method and keeps what the method holds</source>
        <translation>每种方法读取一次上下文并保留其所持内容</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>All methods in turn (Return)</source>
        <translation>依次询问所有方法(回车)</translation>
    </message>
    <message>
        <source>A question, or the next turn</source>
        <translation>一个问题,或下一轮</translation>
    </message>
    <message>
        <source>Question on the compressed context</source>
        <translation>对压缩上下文的提问</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>复制为 Markdown</translation>
    </message>
    <message>
        <source>Questions, answers and figures of all methods</source>
        <translation>所有方法的问题、回答与数值</translation>
    </message>
    <message>
        <source>A comparison, a grid or another model lets the context go.</source>
        <translation>比较、网格或其他模型会使上下文被释放。</translation>
    </message>
</context>
<context>
    <name>presslab::ChartView</name>
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
    <message>
        <source>Numbers as a table</source>
        <translation>以表格显示数值</translation>
    </message>
    <message>
        <source>Copy image and table</source>
        <translation>复制图像和表格</translation>
    </message>
    <message>
        <source>Export this chart…</source>
        <translation>导出此图表…</translation>
    </message>
    <message>
        <source>Table, copy, export</source>
        <translation>表格、复制、导出</translation>
    </message>
    <message>
        <source>Menu of: %1</source>
        <translation>菜单:%1</translation>
    </message>
    <message>
        <source>A chart. T shows its numbers as a table.</source>
        <translation>图表。按 T 以表格显示其数值。</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>尚无测量数据</translation>
    </message>
</context>
<context>
    <name>presslab::ClaimsModel</name>
    <message>
        <source>Speeds: lowest and highest of the repeats. Agreement: 95 % bootstrap. Bytes are counted and have none.</source>
        <translation>速度:各次重复的最低与最高。一致率:95 % 自助法。字节是数出来的,没有区间。</translation>
    </message>
    <message>
        <source>Speeds: what reading weights and kept cache allows. Memory: what the ratio asks for.</source>
        <translation>速度:读取权重和保留的缓存所允许的值。内存:压缩率所要求的值。</translation>
    </message>
    <message>
        <source>Grey: the guide&apos;s band. Dot and line: measured, with its interval. Upright stroke: bound.</source>
        <translation>灰色:指南的区间。圆点和线:测得值及其区间。竖线:上限。</translation>
    </message>
    <message>
        <source>Claim of the guide</source>
        <translation>指南的论断</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token 数</translation>
    </message>
    <message>
        <source>Equal</source>
        <translation>同等</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>出处</translation>
    </message>
    <message>
        <source>Said</source>
        <translation>所述</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>测得</translation>
    </message>
    <message>
        <source>Interval</source>
        <translation>区间</translation>
    </message>
    <message>
        <source>Bound</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Band and figure</source>
        <translation>区间与数值</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
</context>
<context>
    <name>presslab::ClaimsPage</name>
    <message>
        <source>Open a claims report</source>
        <translation>打开论断报告</translation>
    </message>
    <message>
        <source>The command is in the clipboard</source>
        <translation>命令已在剪贴板中</translation>
    </message>
    <message>
        <source>Name at least one length</source>
        <translation>请至少写一个长度</translation>
    </message>
    <message>
        <source>Choose at least one match</source>
        <translation>请至少选择一种匹配</translation>
    </message>
    <message>
        <source>The engine is busy</source>
        <translation>引擎正忙</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source> · %1 s left</source>
        <translation> · 剩余 %1 秒</translation>
    </message>
    <message>
        <source> · %1 min left</source>
        <translation> · 剩余 %1 分钟</translation>
    </message>
    <message>
        <source>Stopped; %1 comparisons are kept. Resume continues.</source>
        <translation>已停止;保留了 %1 次比较。“继续”可接着运行。</translation>
    </message>
    <message>
        <source>%1 judgements, kept in %2</source>
        <translation>%1 项判定,保存在 %2</translation>
    </message>
    <message>
        <source>%1 judgements</source>
        <translation>%1 项判定</translation>
    </message>
    <message>
        <source>%1 judgements; the report is not finished</source>
        <translation>%1 项判定;报告尚未完成</translation>
    </message>
    <message>
        <source>There is no report yet</source>
        <translation>还没有报告</translation>
    </message>
    <message>
        <source>Export the claims report</source>
        <translation>导出论断报告</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入:%1</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>All: %1</source>
        <translation>全部:%1</translation>
    </message>
    <message>
        <source>✓ hold: %1</source>
        <translation>✓ 成立:%1</translation>
    </message>
    <message>
        <source>✗ do not hold: %1</source>
        <translation>✗ 不成立:%1</translation>
    </message>
    <message>
        <source>– cannot hold here: %1</source>
        <translation>– 此处不可能成立:%1</translation>
    </message>
    <message>
        <source>%1 threads</source>
        <translation>%1 个线程</translation>
    </message>
    <message>
        <source>%1 GB/s measured</source>
        <translation>测得 %1 GB/s</translation>
    </message>
    <message>
        <source>%1 comparisons</source>
        <translation>%1 次比较</translation>
    </message>
    <message>
        <source>Nothing was measured yet. Judge measures none, duo and eplb_duo at every length and holds the guide&apos;s claims against them.</source>
        <translation>尚未测量。“判定”会在每个长度测量 none、duo 和 eplb_duo,并据此检验指南的论断。</translation>
    </message>
    <message>
        <source>Choose a row to read its reason whole.</source>
        <translation>选择一行以阅读完整理由。</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;: measured %2 %3</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;:测得 %2 %3</translation>
    </message>
    <message>
        <source> (%1)</source>
        <translation> (%1)</translation>
    </message>
    <message>
        <source>, said %1</source>
        <translation>,所述 %1</translation>
    </message>
    <message>
        <source>, bound %1</source>
        <translation>,上限 %1</translation>
    </message>
    <message>
        <source>The guide&apos;s claims</source>
        <translation>指南的论断</translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Context tokens, separated by commas; lengths beyond the model&apos;s positions are left out</source>
        <translation>上下文 token 数,用逗号分隔;超出模型位置数的长度会略去</translation>
    </message>
    <message>
        <source>Ratio removed</source>
        <translation>压缩率</translation>
    </message>
    <message>
        <source>Of the first comparison of a length; the other matches start from it</source>
        <translation>每个长度第一次比较所用;其他匹配从它出发</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>新 token</translation>
    </message>
    <message>
        <source>Decoded by every method</source>
        <translation>每种方法解码的数量</translation>
    </message>
    <message>
        <source>Repeats</source>
        <translation>重复次数</translation>
    </message>
    <message>
        <source>Timed repeats of every method; they give the speeds their interval</source>
        <translation>每种方法的计时重复;速度区间由此得出</translation>
    </message>
    <message>
        <source>Tips at</source>
        <translation>建议长度</translation>
    </message>
    <message>
        <source>Context tokens at which the guide&apos;s tips are tried</source>
        <translation>试验指南建议时的上下文 token 数</translation>
    </message>
    <message>
        <source>not</source>
        <translation>不试</translation>
    </message>
    <message>
        <source>Compared at equal</source>
        <translation>比较条件:同等</translation>
    </message>
    <message>
        <source>Compared at equal %1</source>
        <translation>在同等%1下比较</translation>
    </message>
    <message>
        <source>Judge</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>Measures at every length and match, then the tips; what was measured is kept after each comparison</source>
        <translation>在每个长度和匹配下测量,然后试验建议;每次比较后都会保存结果</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Continues the report that is shown, with its own settings</source>
        <translation>按其自身设置继续所显示的报告</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>A report that was made before, by its folder</source>
        <translation>以前生成的报告(选择文件夹)</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>The presslab-cli command that makes this report</source>
        <translation>生成此报告的 presslab-cli 命令</translation>
    </message>
    <message>
        <source>Markdown…</source>
        <translation>Markdown…</translation>
    </message>
    <message>
        <source>The whole report as a Markdown file</source>
        <translation>整份报告存为 Markdown 文件</translation>
    </message>
    <message>
        <source>As PDF…</source>
        <translation>存为 PDF…</translation>
    </message>
    <message>
        <source>The whole report as a PDF</source>
        <translation>整份报告存为 PDF</translation>
    </message>
    <message>
        <source>Equal</source>
        <translation>同等</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token 数</translation>
    </message>
    <message>
        <source>Match to show</source>
        <translation>要显示的匹配</translation>
    </message>
    <message>
        <source>Length to show</source>
        <translation>要显示的长度</translation>
    </message>
    <message>
        <source>Claims, figures and verdicts</source>
        <translation>论断、数值与判定</translation>
    </message>
</context>
<context>
    <name>presslab::CommandPalette</name>
    <message>
        <source>Type to find an action</source>
        <translation>输入以查找操作</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>操作</translation>
    </message>
</context>
<context>
    <name>presslab::ControlPanel</name>
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
    <message>
        <source>Compression</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Per token</source>
        <translation>每 token</translation>
    </message>
    <message>
        <source>Experts that judge each token (top_k)</source>
        <translation>为每个 token 评分的专家数 (top_k)</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>对齐方式</translation>
    </message>
    <message>
        <source>What the methods have in common</source>
        <translation>各方法的共同条件</translation>
    </message>
    <message>
        <source>Equal ratio: as the methods say. Equal bytes: every method holds the same bytes. Equal quality: every method removes as much as keeps its KL divergence within that of the first compressed method.</source>
        <translation>相同压缩率:按各方法的设定。相同字节:各方法占用相同字节。相同质量:各方法尽量多移除,但 KL 散度不超过第一个压缩方法。</translation>
    </message>
    <message>
        <source>equal ratio</source>
        <translation>相同压缩率</translation>
    </message>
    <message>
        <source>equal bytes</source>
        <translation>相同字节</translation>
    </message>
    <message>
        <source>equal quality</source>
        <translation>相同质量</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Pick one to change its arguments; double click to write its spec</source>
        <translation>选中以修改参数;双击可直接编写规格</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>A comparison has at most %1 methods</source>
        <translation>一次对比最多 %1 种方法</translation>
    </message>
</context>
<context>
    <name>presslab::DivergenceChart</name>
    <message>
        <source>Quality loss by token</source>
        <translation>逐 token 质量损失</translation>
    </message>
    <message>
        <source>KL divergence from the uncompressed run</source>
        <translation>相对未压缩运行的 KL 散度</translation>
    </message>
    <message>
        <source>decoded token</source>
        <translation>已解码 token</translation>
    </message>
    <message>
        <source>KL divergence (nats)</source>
        <translation>KL 散度 (nats)</translation>
    </message>
    <message>
        <source>token %1: %2 nats</source>
        <translation>token %1:%2 nats</translation>
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
        <source>Same token</source>
        <translation>相同 token</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
</context>
<context>
    <name>presslab::ExpertMap</name>
    <message>
        <source>layer</source>
        <translation>层</translation>
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
    <message>
        <source>Experts</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>an expert here is an eviction policy · fill: load</source>
        <translation>这里的专家是一种淘汰策略 · 填充:负载</translation>
    </message>
    <message>
        <source>max/mean ≤ %1</source>
        <translation>最大/均值 ≤ %1</translation>
    </message>
    <message>
        <source>dropped by capacity</source>
        <translation>因容量丢弃</translation>
    </message>
    <message>
        <source>layer %1: largest over mean load %2</source>
        <translation>第 %1 层:最大/平均负载 %2</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;, layer %2&lt;br&gt;%3 tokens (%4 %)&lt;br&gt;dropped %5, displaced %6&lt;br&gt;weight %7, bias %8</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;,第 %2 层&lt;br&gt;%3 个 token (%4 %)&lt;br&gt;丢弃 %5,改派 %6&lt;br&gt;权重 %7,偏置 %8</translation>
    </message>
    <message>
        <source>load of positions %1 to %2</source>
        <translation>位置 %1 至 %2 的负载</translation>
    </message>
    <message>
        <source>Step of 64 positions, leftmost: all</source>
        <translation>每步 64 个位置,最左为全部</translation>
    </message>
</context>
<context>
    <name>presslab::HeadMap</name>
    <message>
        <source>layer</source>
        <translation>层</translation>
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
    <message>
        <source>Heads</source>
        <translation>注意力头</translation>
    </message>
    <message>
        <source>fill: share of tokens kept · click: which tokens</source>
        <translation>填充:保留的 token 比例 · 点击:查看哪些 token</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;layer %2, KV head %3: %4&lt;br&gt;keeps %5 of %6 tokens (%7 %)&lt;br&gt;%8 KiB</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;第 %2 层,KV 头 %3:%4&lt;br&gt;保留 %5 / %6 个 token (%7 %)&lt;br&gt;%8 KiB</translation>
    </message>
    <message>
        <source>&lt;br&gt;attention kept: %1 %</source>
        <translation>&lt;br&gt;保留的注意力:%1 %</translation>
    </message>
    <message>
        <source>Attention kept (%)</source>
        <translation>保留的注意力 (%)</translation>
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
        <source>KV expected, MiB</source>
        <translation>KV 预测值,MiB</translation>
    </message>
    <message>
        <source>KV cache, MiB</source>
        <translation>KV 缓存,MiB</translation>
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
        <source>Equal tokens at equal places of the two answers</source>
        <translation>两个回答相同位置上相同的 token</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>%1 · %2 s left</source>
        <translation>%1 · 剩余 %2 秒</translation>
    </message>
    <message>
        <source>Progress of %1: %2</source>
        <translation>%1 的进度:%2</translation>
    </message>
    <message>
        <source>speed, at most</source>
        <translation>速度上限</translation>
    </message>
    <message>
        <source>KL %1</source>
        <translation>KL %1</translation>
    </message>
    <message>
        <source>Expected by arithmetic: 2 × layers × KV heads × head size × bytes × tokens × (1 − ratio). Nothing was run yet.</source>
        <translation>理论预测:2 × 层数 × KV 头数 × 头维度 × 字节数 × token 数 × (1 − 压缩率)。尚未运行。</translation>
    </message>
    <message>
        <source>Decoding reads weights and cache once per token. Bound of the speed-up: (weights + full cache) / (weights + kept cache).</source>
        <translation>解码每个 token 需读取一次权重和缓存。加速上限:(权重 + 完整缓存) / (权重 + 保留缓存)。</translation>
    </message>
    <message>
        <source>Measured by the run.</source>
        <translation>由运行测得。</translation>
    </message>
    <message>
        <source>Counted from the storages of every layer and head: %1 MiB now, %2 MiB at most during the run.</source>
        <translation>由每层每头的实际存储统计:当前 %1 MiB,运行中最高 %2 MiB。</translation>
    </message>
    <message>
        <source>&lt;br&gt;After the prompt %1 MiB, predicted %2 MiB, uncompressed %3 MiB.&lt;br&gt;Ratio requested %4, of tokens %5, of bytes %6.</source>
        <translation>&lt;br&gt;处理提示词后 %1 MiB,预测 %2 MiB,未压缩 %3 MiB。&lt;br&gt;压缩率:请求 %4,按 token %5,按字节 %6。</translation>
    </message>
    <message>
        <source>Median of %1 decoded tokens.</source>
        <translation>%1 个解码 token 的中位数。</translation>
    </message>
    <message>
        <source>&lt;br&gt;Bound by memory bandwidth: (weights + kept cache) / measured bandwidth = %1 ms.</source>
        <translation>&lt;br&gt;内存带宽下限:(权重 + 保留缓存) / 实测带宽 = %1 毫秒。</translation>
    </message>
    <message>
        <source>&lt;br&gt;95 % of the tokens within %1 ms.</source>
        <translation>&lt;br&gt;95 % 的 token 不超过 %1 毫秒。</translation>
    </message>
    <message>
        <source>Top-1 agreement, teacher-forced on the baseline&apos;s text at %1 positions; mean KL divergence %2, median %3, p99 %4 nats.</source>
        <translation>以基线文本做教师强制,%1 个位置的首选 token 一致率;KL 散度均值 %2,中位数 %3,p99 %4 nats。</translation>
    </message>
    <message>
        <source>&lt;br&gt;The answers part at token %1 (underlined).</source>
        <translation>&lt;br&gt;两个回答在第 %1 个 token 处分开(下划线)。</translation>
    </message>
    <message>
        <source>ms (race)</source>
        <translation>毫秒（竞速）</translation>
    </message>
</context>
<context>
    <name>presslab::LatencyChart</name>
    <message>
        <source>decoded token</source>
        <translation>已解码 token</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>毫秒</translation>
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
    <message>
        <source>Time per token</source>
        <translation>每 token 耗时</translation>
    </message>
    <message>
        <source>line: running median · dashed: memory bandwidth bound</source>
        <translation>实线:滑动中位数 · 虚线:内存带宽下限</translation>
    </message>
    <message>
        <source>token %1: %2 ms</source>
        <translation>token %1:%2 毫秒</translation>
    </message>
</context>
<context>
    <name>presslab::MainWindow</name>
    <message>
        <source>&amp;Device</source>
        <translation>设备(&amp;D)</translation>
    </message>
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
        <source>Models (*.gguf *.safetensors *.bin config.json);;All files (*)</source>
        <translation>模型 (*.gguf *.safetensors *.bin config.json);;所有文件 (*)</translation>
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
    <message>
        <source>The model has too few positions for %1 tokens: the nearest length, %2, is set.</source>
        <translation>模型的位置数不足 %1 个 token:已设为最接近的长度 %2。</translation>
    </message>
    <message>
        <source>Export this chart</source>
        <translation>导出此图表</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行记录</translation>
    </message>
    <message>
        <source>Page: %1</source>
        <translation>页面:%1</translation>
    </message>
    <message>
        <source>Preset: %1</source>
        <translation>预设:%1</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Reset layout</source>
        <translation>重置布局</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Command palette…</source>
        <translation>命令面板…</translation>
    </message>
    <message>
        <source>Shortcuts of all actions</source>
        <translation>所有操作的快捷键</translation>
    </message>
    <message>
        <source>Added to the methods: %1</source>
        <translation>已加入方法:%1</translation>
    </message>
    <message>
        <source>The change is set; Run measures it.</source>
        <translation>更改已设置;运行即可测量。</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Report (PDF)…</source>
        <translation>报告（PDF）…</translation>
    </message>
    <message>
        <source>Size of exported charts…</source>
        <translation>导出图表的尺寸…</translation>
    </message>
    <message>
        <source>Report as PDF</source>
        <translation>PDF 报告</translation>
    </message>
    <message>
        <source>This comparison takes about %1 of memory, and %2 are available: it may swap, or the system may end the program.</source>
        <translation>此对比约需 %1 内存，可用 %2：可能会使用交换空间，或被系统终止。</translation>
    </message>
    <message>
        <source>Start anyway</source>
        <translation>仍然开始</translation>
    </message>
    <message>
        <source>The preset wants %1 tokens of context; this model has room for %2.</source>
        <translation>该预设需要 %1 个上下文 token；此模型只能容纳 %2 个。</translation>
    </message>
    <message>
        <source>Use %1 tokens</source>
        <translation>使用 %1 个 token</translation>
    </message>
</context>
<context>
    <name>presslab::MemoryChart</name>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
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
    <message>
        <source>KV cache memory</source>
        <translation>KV 缓存内存</translation>
    </message>
    <message>
        <source>dashed: predicted · shaded: freed</source>
        <translation>虚线:预测 · 阴影:已释放</translation>
    </message>
    <message>
        <source>prompt, layer by layer, then decoded tokens</source>
        <translation>提示词(逐层),然后解码的 token</translation>
    </message>
    <message>
        <source>token %1: %2 MiB</source>
        <translation>token %1:%2 MiB</translation>
    </message>
</context>
<context>
    <name>presslab::QualityChart</name>
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
    <message>
        <source>Memory against quality loss</source>
        <translation>内存与质量损失</translation>
    </message>
    <message>
        <source>lower left is better</source>
        <translation>越靠左下越好</translation>
    </message>
</context>
<context>
    <name>presslab::ResultsPage</name>
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
    <message>
        <source>Claims of the guide, against this run</source>
        <translation>指南中的结论与本次实测对照</translation>
    </message>
</context>
<context>
    <name>presslab::DeviceMemoryChart</name>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>allocated</source>
        <translation>已分配</translation>
    </message>
    <message>
        <source>reserved</source>
        <translation>已预留</translation>
    </message>
    <message>
        <source>peak</source>
        <translation>峰值</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Allocated (MiB)</source>
        <translation>已分配 (MiB)</translation>
    </message>
    <message>
        <source>Reserved (MiB)</source>
        <translation>已预留 (MiB)</translation>
    </message>
    <message>
        <source>Peak (MiB)</source>
        <translation>峰值 (MiB)</translation>
    </message>
    <message>
        <source>Device memory</source>
        <translation>设备显存</translation>
    </message>
    <message>
        <source>weights, cache and buffers, as LibTorch&apos;s allocator counts them</source>
        <translation>权重、缓存与缓冲区，按 LibTorch 分配器的统计</translation>
    </message>
</context>
<context>
    <name>presslab::SummaryChart</name>
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
    <message>
        <source>Summary</source>
        <translation>汇总</translation>
    </message>
    <message>
        <source>per cent of the uncompressed run</source>
        <translation>相对未压缩运行的百分比</translation>
    </message>
</context>
<context>
    <name>presslab::TokenText</name>
    <message>
        <source>token %1: kept by %2 % of the heads</source>
        <translation>token %1:被 %2 % 的头保留</translation>
    </message>
</context>
<context>
    <name>presslab::TokensPage</name>
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
        <source>Difference to</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Text of the context, shaded by what was kept</source>
        <translation>上下文文本,按保留情况着色</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>尚无测量数据</translation>
    </message>
    <message>
        <source>Blue: kept more by the first method. Orange: kept more by the second.</source>
        <translation>蓝色:第一种方法保留更多。橙色:第二种方法保留更多。</translation>
    </message>
    <message>
        <source>%1 of %2 tokens are kept by no head chosen here; %3 % of all places are kept. The darker the ground, the more heads keep a token.</source>
        <translation>%2 个 token 中有 %1 个未被所选的任何头保留;共保留 %3 % 的位置。底色越深,保留该 token 的头越多。</translation>
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
    <message>
        <source>Timed</source>
        <translation>计时</translation>
    </message>
    <message>
        <source>Race</source>
        <translation>竞速</translation>
    </message>
    <message>
        <source>How the methods run</source>
        <translation>各方法的运行方式</translation>
    </message>
    <message>
        <source>Timed: each method alone, one after the other; its times and peak memory are its own.
Race: one prefill, then all methods write a token in turn, side by side; times are not comparable.</source>
        <translation>计时：各方法依次单独运行，时间与内存峰值均为其自身所得。
竞速：只做一次预填充，然后所有方法轮流各写一个词元，并排前进；时间不可比较。</translation>
    </message>
</context>
<context>
    <name>presslab::VerdictStrip</name>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Same memory: quality loss</source>
        <translation>相同内存:质量损失</translation>
    </message>
    <message>
        <source>Same quality: memory</source>
        <translation>相同质量:内存</translation>
    </message>
    <message>
        <source>Decode speed</source>
        <translation>解码速度</translation>
    </message>
    <message>
        <source>bound %1×</source>
        <translation>上限 %1×</translation>
    </message>
    <message>
        <source>Measured by the run.</source>
        <translation>由运行测得。</translation>
    </message>
    <message>
        <source>Cancelled: what was measured until then is kept.</source>
        <translation>已取消:此前的测量结果已保留。</translation>
    </message>
    <message>
        <source>Measuring: the methods run one after the other, each alone.</source>
        <translation>正在测量:各方法依次单独运行。</translation>
    </message>
    <message>
        <source>Not measured yet. Dashed lines are what arithmetic expects; press Run to measure.</source>
        <translation>尚未测量。虚线为理论预测值,点击“运行”开始测量。</translation>
    </message>
    <message>
        <source>Quality loss against %1</source>
        <translation>相对 %1 的质量损失</translation>
    </message>
    <message>
        <source>%1× less</source>
        <translation>减至 1/%1</translation>
    </message>
    <message>
        <source>%1× more</source>
        <translation>增至 %1 倍</translation>
    </message>
    <message>
        <source>KL %1 / %2</source>
        <translation>KL %1 / %2</translation>
    </message>
    <message>
        <source>Mean KL divergence from the uncompressed run: %1 %2 nats, %3 %4 nats, while they hold %5 and %6 MiB.</source>
        <translation>相对未压缩运行的平均 KL 散度:%1 为 %2 nats,%3 为 %4 nats,分别占用 %5 和 %6 MiB。</translation>
    </message>
    <message>
        <source>Quality loss</source>
        <translation>质量损失</translation>
    </message>
    <message>
        <source>KL %1</source>
        <translation>KL %1</translation>
    </message>
    <message>
        <source>Mean KL divergence from the uncompressed run, in nats.</source>
        <translation>相对未压缩运行的平均 KL 散度 (nats)。</translation>
    </message>
    <message>
        <source>measure…</source>
        <translation>测量…</translation>
    </message>
    <message>
        <source>At equal ratio both hold equal bytes. Click to match the methods by quality and see who needs less memory.</source>
        <translation>压缩率相同时两者占用相同字节。点击后按质量对齐各方法,看谁需要更少内存。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>%1 % less</source>
        <translation>少 %1 %</translation>
    </message>
    <message>
        <source>%1 % more</source>
        <translation>多 %1 %</translation>
    </message>
    <message>
        <source>than %1</source>
        <translation>相比 %1</translation>
    </message>
    <message>
        <source>KV bytes after the prompt: %1 against %2 MiB.</source>
        <translation>处理提示词后的 KV 字节:%1 对 %2 MiB。</translation>
    </message>
    <message>
        <source>Decode speed of %1</source>
        <translation>%1 的解码速度</translation>
    </message>
    <message>
        <source>%1 against %2 tokens per second. The bound is the ratio of bytes that each token has to read: weights and kept cache.</source>
        <translation>每秒 %1 对 %2 个 token。上限为每个 token 需读取字节(权重和保留缓存)之比。</translation>
    </message>
    <message>
        <source>%1 context tokens · %2 holds %3 % less than uncompressed</source>
        <translation>%1 个上下文 token · %2 比未压缩少占 %3 %</translation>
    </message>
    <message>
        <source>Not measured: in a race the lanes take turns and their times are not comparable. Run timed to measure.</source>
        <translation>未测量：竞速时各通道轮流前进，时间不可比较。请以计时方式运行来测量。</translation>
    </message>
</context>
<context>
    <name>Advice</name>
    <message>
        <source>Out of memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>Slow</source>
        <translation>速度慢</translation>
    </message>
    <message>
        <source>Quality down</source>
        <translation>质量下降</translation>
    </message>
    <message>
        <source>compression_ratio = 0.2 (&quot;lower the compression ratio&quot;)</source>
        <translation>compression_ratio = 0.2(“降低压缩比”)</translation>
    </message>
    <message>
        <source>compression_ratio = 0.3 (&quot;lower the compression ratio&quot;)</source>
        <translation>compression_ratio = 0.3(“降低压缩比”)</translation>
    </message>
    <message>
        <source>num_experts = 2 (&quot;fewer experts&quot;)</source>
        <translation>num_experts = 2(“减少专家数量”)</translation>
    </message>
    <message>
        <source>model_name = distilgpt2 (&quot;a smaller model&quot;)</source>
        <translation>model_name = distilgpt2(“使用更小的模型”)</translation>
    </message>
    <message>
        <source>device = cuda (&quot;use the GPU&quot;)</source>
        <translation>device = cuda(“使用 GPU”)</translation>
    </message>
    <message>
        <source>attn_implementation = flash_attention_2 (&quot;switch flash attention on&quot;)</source>
        <translation>attn_implementation = flash_attention_2(“启用 flash attention”)</translation>
    </message>
    <message>
        <source>context_length = 500 (&quot;a shorter context&quot;)</source>
        <translation>context_length = 500(“减少上下文长度”)</translation>
    </message>
    <message>
        <source>eplb_ratio = 0.6, duo_ratio = 0.4 (&quot;adjust the shares&quot;)</source>
        <translation>eplb_ratio = 0.6,duo_ratio = 0.4(“调整比例”)</translation>
    </message>
    <message>
        <source>Remove %1 % instead of %2 %</source>
        <translation>移除 %1 %(现为 %2 %)</translation>
    </message>
    <message>
        <source>Split: router %1 %, Duo %2 %</source>
        <translation>分配:路由器 %1 %,Duo %2 %</translation>
    </message>
    <message>
        <source>%1 experts</source>
        <translation>%1 个专家</translation>
    </message>
    <message>
        <source>Context of %1 tokens instead of %2</source>
        <translation>上下文 %1 个 token(现为 %2)</translation>
    </message>
    <message>
        <source>Another press: %1</source>
        <translation>换一种方法:%1</translation>
    </message>
    <message>
        <source>Smaller model: %1</source>
        <translation>更小的模型:%1</translation>
    </message>
    <message>
        <source>GPU: %1</source>
        <translation>显卡:%1</translation>
    </message>
    <message>
        <source>Flash attention</source>
        <translation>Flash attention(快速注意力)</translation>
    </message>
    <message>
        <source>helps</source>
        <translation>有效</translation>
    </message>
    <message>
        <source>wrong: makes it worse</source>
        <translation>错误:适得其反</translation>
    </message>
    <message>
        <source>wrong: changes nothing</source>
        <translation>错误:毫无作用</translation>
    </message>
    <message>
        <source>already so</source>
        <translation>已是如此</translation>
    </message>
    <message>
        <source>not possible here</source>
        <translation>此处不可行</translation>
    </message>
    <message>
        <source>to be measured</source>
        <translation>有待测量</translation>
    </message>
    <message>
        <source>Only a replay can say: press Measure.</source>
        <translation>只有重放才能判断:请按“测量”。</translation>
    </message>
    <message>
        <source>Only a run can say.</source>
        <translation>只有实际运行才能判断。</translation>
    </message>
    <message>
        <source>Measured: KL divergence %1 → %2, same token %3 % → %4 %.</source>
        <translation>实测:KL 散度 %1 → %2,相同 token %3 % → %4 %。</translation>
    </message>
    <message>
        <source>Every run uses it unless told otherwise.</source>
        <translation>除非另行指定,每次运行都已使用。</translation>
    </message>
    <message>
        <source>Switched off for this run.</source>
        <translation>本次运行已关闭。</translation>
    </message>
    <message>
        <source>The method is set so already.</source>
        <translation>该方法已是这样设置。</translation>
    </message>
    <message>
        <source>KV cache %1 → %2 MB</source>
        <translation>KV 缓存 %1 → %2 MB</translation>
    </message>
    <message>
        <source>Found here; a run on it measures how fast it is.</source>
        <translation>本机可用;在其上运行即可测得速度。</translation>
    </message>
    <message>
        <source>%1: weights %2 → %3 MB, %4. Its answers are another model's.</source>
        <translation>%1:权重 %2 → %3 MB,%4。回答将出自另一个模型。</translation>
    </message>
    <message>
        <source>Experts are eviction policies that share one budget: %1.</source>
        <translation>专家是共享同一预算的淘汰策略:%1。</translation>
    </message>
    <message>
        <source>The ratio is the share removed: less removed is more kept. %1.</source>
        <translation>该比例是移除的份额:移除越少,保留越多。%1。</translation>
    </message>
    <message>
        <source>%1 → %2 ms per token, %3; the model then sees less of the text.</source>
        <translation>每个 token %1 → %2 ms,%3;但模型看到的文本变少。</translation>
    </message>
    <message>
        <source>by the line through the %1 lanes of this run: %2 ms + %3 ms per MB read</source>
        <translation>按本次运行 %1 条通道的拟合直线:%2 ms + 每读取 1 MB %3 ms</translation>
    </message>
    <message>
        <source>by this run's share of the memory bandwidth: ms grow like weights + kept bytes</source>
        <translation>按本次运行占内存带宽的份额:毫秒数随权重加保留字节增长</translation>
    </message>
    <message>
        <source>not known before a run on that device</source>
        <translation>在该设备上运行前未知</translation>
    </message>
    <message>
        <source>not known: nothing was timed in this run</source>
        <translation>未知:本次运行没有计时</translation>
    </message>
    <message>
        <source>No GPU is found on this machine.</source>
        <translation>本机未发现显卡。</translation>
    </message>
    <message>
        <source>No smaller model is found on this machine.</source>
        <translation>本机未发现更小的模型。</translation>
    </message>
</context>
<context>
    <name>presslab::AdvisorPage</name>
    <message>
        <source>The run failed: %1</source>
        <translation>运行失败:%1</translation>
    </message>
    <message>
        <source>Run a comparison first: advice is computed for it.</source>
        <translation>请先运行一次比较:建议据此计算。</translation>
    </message>
    <message>
        <source>Now: %1 context tokens, KV cache %2 MB, at its peak with the weights %3 MB, %4 ms per token, KL divergence %5, same token %6.</source>
        <translation>现在:%1 个上下文 token,KV 缓存 %2 MB,峰值连同权重 %3 MB,每个 token %4 ms,KL 散度 %5,相同 token %6。</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>KV cache (MB)</source>
        <translation>KV 缓存 (MB)</translation>
    </message>
    <message>
        <source>Peak with weights (MB)</source>
        <translation>峰值含权重 (MB)</translation>
    </message>
    <message>
        <source>ms per token</source>
        <translation>每 token 毫秒</translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation>KL 散度</translation>
    </message>
    <message>
        <source>Same token</source>
        <translation>相同 token</translation>
    </message>
    <message>
        <source>not yet measured</source>
        <translation>尚未测量</translation>
    </message>
    <message>
        <source>a run measures it</source>
        <translation>需运行测得</translation>
    </message>
    <message>
        <source>measured by replay or in this run</source>
        <translation>由重放或本次运行测得</translation>
    </message>
    <message>
        <source>exact: the budget's arithmetic</source>
        <translation>精确值:按预算计算</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Measure: %1</source>
        <translation>测量:%1</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Apply: %1</source>
        <translation>应用:%1</translation>
    </message>
    <message>
        <source>Complaint</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>The guide's tip</source>
        <translation>指南的建议</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Measuring by replay: %1</source>
        <translation>正在重放测量:%1</translation>
    </message>
    <message>
        <source>MB are exact arithmetic; ms are computed %1; quality is only ever measured.</source>
        <translation>MB 为精确计算;毫秒数%1;质量只采用实测值。</translation>
    </message>
    <message>
        <source>Complaint: %1</source>
        <translation>问题:%1</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Method to improve</source>
        <translation>要改进的方法</translation>
    </message>
    <message>
        <source>Measure all</source>
        <translation>全部测量</translation>
    </message>
    <message>
        <source>Replays every change on this run's prompt</source>
        <translation>在本次运行的提示上重放每项更改</translation>
    </message>
    <message>
        <source>What would help</source>
        <translation>哪些更改有帮助</translation>
    </message>
    <message>
        <source>The guide's tips, judged on this run</source>
        <translation>指南的建议,以本次运行检验</translation>
    </message>
</context>
<context>
    <name>presslab::DeltaTable</name>
    <message>
        <source>same</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Before and after the change</source>
        <translation>更改前后</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Tokens kept</source>
        <translation>保留的 token</translation>
    </message>
    <message>
        <source>max/mean load, mean of layers</source>
        <translation>最大/平均负载,各层平均</translation>
    </message>
    <message>
        <source>max/mean load, worst layer</source>
        <translation>最大/平均负载,最差层</translation>
    </message>
    <message>
        <source>Tokens dropped</source>
        <translation>丢弃的 token</translation>
    </message>
    <message>
        <source>Heads that stream</source>
        <translation>流式头数量</translation>
    </message>
    <message>
        <source>KL divergence, mean</source>
        <translation>KL 散度,平均</translation>
    </message>
    <message>
        <source>KL divergence, median</source>
        <translation>KL 散度,中位数</translation>
    </message>
    <message>
        <source>KL divergence, p99</source>
        <translation>KL 散度,p99</translation>
    </message>
    <message>
        <source>Same most likely token</source>
        <translation>最可能 token 相同</translation>
    </message>
    <message>
        <source>Attention kept</source>
        <translation>保留的注意力</translation>
    </message>
</context>
<context>
    <name>presslab::ExpertGrid</name>
    <message>
        <source>load (tokens)</source>
        <translation>负载(token)</translation>
    </message>
    <message>
        <source>share of the layer (%)</source>
        <translation>占该层份额 (%)</translation>
    </message>
    <message>
        <source>dropped by capacity (tokens)</source>
        <translation>因容量丢弃(token)</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>bias</source>
        <translation>偏置</translation>
    </message>
    <message>
        <source>%1 of positions %2 to %3</source>
        <translation>%1,位置 %2 至 %3</translation>
    </message>
    <message>
        <source>an expert here is an eviction policy · %1</source>
        <translation>此处的专家是一种淘汰策略 · %1</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>max/mean</source>
        <translation>最大/平均</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;, layer %2&lt;br&gt;%3 tokens&lt;br&gt;dropped %4, displaced %5&lt;br&gt;weight %6, bias %7</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;,第 %2 层&lt;br&gt;%3 个 token&lt;br&gt;丢弃 %4,改派 %5&lt;br&gt;权重 %6,偏置 %7</translation>
    </message>
    <message>
        <source>layer %1: largest over mean load %2</source>
        <translation>第 %1 层:最大与平均负载之比 %2</translation>
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
        <source>Share (%)</source>
        <translation>份额 (%)</translation>
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
    <message>
        <source>max/mean of the layer</source>
        <translation>该层最大/平均</translation>
    </message>
    <message>
        <source>Experts: layers x policies</source>
        <translation>专家:层 x 策略</translation>
    </message>
</context>
<context>
    <name>presslab::ExpertStepChart</name>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>token 数</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步</translation>
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
        <source>Load by step, layer %1</source>
        <translation>各步负载,第 %1 层</translation>
    </message>
    <message>
        <source>a step is 64 context positions</source>
        <translation>每步为 64 个上下文位置</translation>
    </message>
</context>
<context>
    <name>presslab::ExpertsPage</name>
    <message>
        <source>Layer %1</source>
        <translation>第 %1 层</translation>
    </message>
    <message>
        <source>all positions</source>
        <translation>全部位置</translation>
    </message>
    <message>
        <source>positions %1-%2</source>
        <translation>位置 %1-%2</translation>
    </message>
    <message>
        <source>Replaying quality…</source>
        <translation>正在重放质量…</translation>
    </message>
    <message>
        <source>Preparing the prompt once for all edits…</source>
        <translation>正在为所有编辑准备提示(仅一次)…</translation>
    </message>
    <message>
        <source>Before: balance %1, as it ran. After: balance %2. Replayed on this run's prompt, %3 answer positions, %4 ms.</source>
        <translation>之前:均衡 %1(实际运行)。之后:均衡 %2。在本次运行的提示上重放,%3 个回答位置,%4 ms。</translation>
    </message>
    <message>
        <source>Run a comparison with eplb or eplb_duo to see its experts.</source>
        <translation>运行含 eplb 或 eplb_duo 的比较即可查看专家。</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Routed method</source>
        <translation>路由方法</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Quantity of the map</source>
        <translation>图中的量</translation>
    </message>
    <message>
        <source>Drops, weight and bias are known for the whole prompt; load and share also for each step</source>
        <translation>丢弃、权重和偏置针对整个提示;负载和份额还可按步查看</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>均衡</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The trained gates alone</source>
        <translation>仅用训练好的门控</translation>
    </message>
    <message>
        <source>upstream</source>
        <translation>上游</translation>
    </message>
    <message>
        <source>Weights that follow the load, step by step</source>
        <translation>逐步跟随负载的权重</translation>
    </message>
    <message>
        <source>integral</source>
        <translation>积分</translation>
    </message>
    <message>
        <source>The calibrated bias of each expert</source>
        <translation>每个专家的校准偏置</translation>
    </message>
    <message>
        <source>Balance: %1</source>
        <translation>均衡:%1</translation>
    </message>
    <message>
        <source>Use as method</source>
        <translation>用作方法</translation>
    </message>
    <message>
        <source>Adds the method with this balance to the comparison</source>
        <translation>将采用此均衡的方法加入比较</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Step of 64 positions, leftmost: all</source>
        <translation>每步 64 个位置,最左为全部</translation>
    </message>
</context>
<context>
    <name>presslab::HeadEditor</name>
    <message>
        <source>layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>KV head</source>
        <translation>KV 头</translation>
    </message>
    <message>
        <source>framed: flipped by you</source>
        <translation>加框:由您翻转</translation>
    </message>
    <message>
        <source>bar on top: other in the second pattern</source>
        <translation>顶部横条:与第二个模式不同</translation>
    </message>
    <message>
        <source>&lt;b&gt;Layer %1, KV head %2: %3&lt;/b&gt;</source>
        <translation>&lt;b&gt;第 %1 层,KV 头 %2:%3&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;br&gt;%1 KiB</source>
        <translation>&lt;br&gt;%1 KiB(占用)</translation>
    </message>
    <message>
        <source>&lt;br&gt;attention kept: %1 %</source>
        <translation>&lt;br&gt;保留的注意力:%1 %</translation>
    </message>
    <message>
        <source>&lt;br&gt;score %1, threshold %2</source>
        <translation>&lt;br&gt;得分 %1,阈值 %2</translation>
    </message>
    <message>
        <source>&lt;br&gt;flipped by you</source>
        <translation>&lt;br&gt;由您翻转</translation>
    </message>
    <message>
        <source>&lt;br&gt;other in the second pattern</source>
        <translation>&lt;br&gt;与第二个模式不同</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
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
    <message>
        <source>Attention kept (%)</source>
        <translation>保留的注意力 (%)</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Flipped</source>
        <translation>已翻转</translation>
    </message>
    <message>
        <source>Other in the second pattern</source>
        <translation>与第二个模式不同</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>being counted</source>
        <translation>正在统计</translation>
    </message>
    <message>
        <source>keeps %1 of %2 tokens (%3 %)</source>
        <translation>保留 %1 / %2 个 token(%3 %)</translation>
    </message>
    <message>
        <source>Heads: layers x KV heads</source>
        <translation>注意力头:层 x KV 头</translation>
    </message>
    <message>
        <source>arrows move · F flips · Shift+F flips the layer · Enter: tokens</source>
        <translation>方向键移动 · F 翻转 · Shift+F 翻转整层 · 回车:查看 token</translation>
    </message>
</context>
<context>
    <name>presslab::HeadsPage</name>
    <message>
        <source>Load a head pattern</source>
        <translation>载入头模式</translation>
    </message>
    <message>
        <source>Save the head pattern</source>
        <translation>保存头模式</translation>
    </message>
    <message>
        <source>Compare with a head pattern</source>
        <translation>与另一个头模式比较</translation>
    </message>
    <message>
        <source>calibration</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>pattern file</source>
        <translation>模式文件</translation>
    </message>
    <message>
        <source>flip layer %1, head %2</source>
        <translation>翻转第 %1 层、头 %2</translation>
    </message>
    <message>
        <source>flip layer %1</source>
        <translation>翻转第 %1 层</translation>
    </message>
    <message>
        <source>threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>load %1</source>
        <translation>载入 %1</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入:%1</translation>
    </message>
    <message>
        <source>%1 of %2 heads stream · score up to %3 (%4)</source>
        <translation>%1 / %2 个头为流式 · 得分至 %3(%4)</translation>
    </message>
    <message>
        <source>%1 of %2 heads stream · no scores to order them by</source>
        <translation>%1 / %2 个头为流式 · 没有可供排序的得分</translation>
    </message>
    <message>
        <source>Against %1: %2 heads differ, %3 % agree</source>
        <translation>与 %1 相比:%2 个头不同,%3 % 一致</translation>
    </message>
    <message>
        <source>A head that streams keeps its first and latest tokens; flipped, it keeps the whole context.</source>
        <translation>流式头只保留最前与最近的 token;翻转后保留整个上下文。</translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation>比较…</translation>
    </message>
    <message>
        <source>Stop comparing</source>
        <translation>停止比较</translation>
    </message>
    <message>
        <source>Run a comparison to see and edit its heads.</source>
        <translation>运行一次比较即可查看并编辑各个头。</translation>
    </message>
    <message>
        <source>Adds the edited pattern to the methods of the comparison</source>
        <translation>将编辑后的模式加入比较的方法</translation>
    </message>
    <message>
        <source>Only a Duo pattern of whole heads can be run as a method: set &quot;Whole heads&quot;, or choose a duo method</source>
        <translation>只有由完整头组成的 Duo 模式才能作为方法运行:请勾选“完整头”,或选择 duo 方法</translation>
    </message>
    <message>
        <source>Replaying quality…</source>
        <translation>正在重放质量…</translation>
    </message>
    <message>
        <source>Preparing the prompt once for all edits…</source>
        <translation>正在为所有编辑准备提示(仅一次)…</translation>
    </message>
    <message>
        <source>Replayed on this run's prompt: %1 context tokens, %2 answer positions, %3 ms; not timed as a method.</source>
        <translation>在本次运行的提示上重放:%1 个上下文 token,%2 个回答位置,%3 ms;不作为方法计时。</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Method whose heads are edited</source>
        <translation>要编辑其头的方法</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>撤销 (Ctrl+Z)</translation>
    </message>
    <message>
        <source>Redo (Ctrl+Shift+Z)</source>
        <translation>重做 (Ctrl+Shift+Z)</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Back to the method's own pattern</source>
        <translation>回到方法自身的模式</translation>
    </message>
    <message>
        <source>Flip layer</source>
        <translation>翻转整层</translation>
    </message>
    <message>
        <source>Flips every head of the layer under the cursor (Shift+F)</source>
        <translation>翻转光标所在层的所有头 (Shift+F)</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>载入…</translation>
    </message>
    <message>
        <source>Loads a pattern as DuoAttention's full_attention_heads.tsv: heads below 0.5 stream</source>
        <translation>载入 DuoAttention 的 full_attention_heads.tsv 格式:低于 0.5 的头为流式</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Saves the pattern as DuoAttention's full_attention_heads.tsv</source>
        <translation>保存为 DuoAttention 的 full_attention_heads.tsv 格式</translation>
    </message>
    <message>
        <source>Marks the heads that a second pattern treats otherwise</source>
        <translation>标出第二个模式中不同的头</translation>
    </message>
    <message>
        <source>Use as method</source>
        <translation>用作方法</translation>
    </message>
    <message>
        <source>Whole heads</source>
        <translation>完整头</translation>
    </message>
    <message>
        <source>The one head to which duo gives a longer window, to meet the ratio exactly, gets the others' window, as in a pattern file</source>
        <translation>duo 为精确满足比例而给予较长窗口的那个头,改用与其他头相同的窗口,如模式文件所示</translation>
    </message>
    <message>
        <source>The heads with the lowest scores stream</source>
        <translation>得分最低的头为流式</translation>
    </message>
    <message>
        <source>Number of heads that stream, lowest scores first</source>
        <translation>流式头数量,得分最低者优先</translation>
    </message>
    <message>
        <source>The head under the cursor</source>
        <translation>光标下的头</translation>
    </message>
</context>
<context>
    <name>presslab::LabPages</name>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>注意力头</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>专家放置</translation>
    </message>
    <message>
        <source>Advisor</source>
        <translation>顾问</translation>
    </message>
    <message>
        <source>Claims</source>
        <translation>论断</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
</context>
<context>
    <name>presslab::PlacementChart</name>
    <message>
        <source>max/mean %1 before, %2 after · dashed: mean</source>
        <translation>最大/平均:之前 %1,之后 %2 · 虚线:平均</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>load</source>
        <translation>负载</translation>
    </message>
    <message>
        <source>before: one copy each, in order</source>
        <translation>之前:各一份,按顺序</translation>
    </message>
    <message>
        <source>after: placed</source>
        <translation>之后:已放置</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>GPU %1: %2 before, %3 after</source>
        <translation>显卡 %1:之前 %2,之后 %3</translation>
    </message>
    <message>
        <source>Load before</source>
        <translation>之前负载</translation>
    </message>
    <message>
        <source>Load after</source>
        <translation>之后负载</translation>
    </message>
    <message>
        <source>GPU loads</source>
        <translation>显卡负载</translation>
    </message>
</context>
<context>
    <name>presslab::PlacementPage</name>
    <message>
        <source>pasted matrix</source>
        <translation>粘贴的矩阵</translation>
    </message>
    <message>
        <source>Open a matrix of loads</source>
        <translation>打开负载矩阵</translation>
    </message>
    <message>
        <source>The command is in the clipboard</source>
        <translation>命令已复制到剪贴板</translation>
    </message>
    <message>
        <source>%1: larger than %2 MB</source>
        <translation>%1:大于 %2 MB</translation>
    </message>
    <message>
        <source>all layers together</source>
        <translation>所有层合计</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>第 %1 层</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>Slot (physical)</source>
        <translation>槽位(物理)</translation>
    </message>
    <message>
        <source>Expert (logical)</source>
        <translation>专家(逻辑)</translation>
    </message>
    <message>
        <source>Copies</source>
        <translation>副本数</translation>
    </message>
    <message>
        <source>Load of the slot</source>
        <translation>槽位负载</translation>
    </message>
    <message>
        <source>Replicas: which expert each slot holds</source>
        <translation>副本:每个槽位存放哪个专家</translation>
    </message>
    <message>
        <source>Run a comparison with eplb or eplb_duo, or paste or open a JSON matrix of loads, layers x experts.</source>
        <translation>请运行含 eplb 或 eplb_duo 的比较,或粘贴、打开 JSON 负载矩阵(层 x 专家)。</translation>
    </message>
    <message>
        <source>%1 layers, %2 experts, policy %3. max/mean of the GPUs, mean of the layers: %4 before, %5 after; worst layer after: %6.</source>
        <translation>%1 层,%2 个专家,策略:%3。显卡最大/平均负载(各层平均):之前 %4,之后 %5;之后最差层:%6。</translation>
    </message>
    <message>
        <source>hierarchical</source>
        <translation>分层</translation>
    </message>
    <message>
        <source>global</source>
        <translation>全局</translation>
    </message>
    <message>
        <source>Export the placement</source>
        <translation>导出放置方案</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入:%1</translation>
    </message>
    <message>
        <source>Loads of</source>
        <translation>负载来源</translation>
    </message>
    <message>
        <source>Where the loads come from</source>
        <translation>负载来自何处</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>A JSON matrix layers x experts from the clipboard</source>
        <translation>剪贴板中的 JSON 矩阵(层 x 专家)</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>A JSON matrix layers x experts from a file</source>
        <translation>文件中的 JSON 矩阵(层 x 专家)</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>The presslab-cli command that prints this placement</source>
        <translation>输出此放置方案的 presslab-cli 命令</translation>
    </message>
    <message>
        <source>Export CSV…</source>
        <translation>导出 CSV…</translation>
    </message>
    <message>
        <source>Slots, experts and loads as a table</source>
        <translation>槽位、专家与负载的表格</translation>
    </message>
    <message>
        <source>Replicas</source>
        <translation>副本</translation>
    </message>
    <message>
        <source>Physical experts in all; at least one for each expert, divisible by the GPUs</source>
        <translation>物理专家总数;每个专家至少一个,可被显卡数整除</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>组</translation>
    </message>
    <message>
        <source>Groups of experts that stay on one node; not divisible by the nodes: the global policy</source>
        <translation>留在同一节点的专家组;不能被节点数整除时采用全局策略</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Server nodes</source>
        <translation>服务器节点</translation>
    </message>
    <message>
        <source>GPUs</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>GPUs in all, divisible by the nodes</source>
        <translation>显卡总数,可被节点数整除</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Layer to show</source>
        <translation>要显示的层</translation>
    </message>
</context>
<context>
    <name>presslab::HistoryModel</name>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>partly failed</source>
        <translation>部分失败</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>token 数</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Saved %</source>
        <translation>节省 %</translation>
    </message>
    <message>
        <source>Decode tok/s</source>
        <translation>解码 tok/s</translation>
    </message>
    <message>
        <source>KL nats</source>
        <translation>KL(nats)</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>One figure a method, in the order of the methods, without the baseline. Sorted by the best of a run.</source>
        <translation>每种方法一个数值,按方法顺序排列,不含基线。排序时取该次运行中最好的一个。</translation>
    </message>
</context>
<context>
    <name>presslab::HistoryPage</name>
    <message>
        <source>Imported: %1 added, %2 were there already, %3 could not be read</source>
        <translation>导入完成:新增 %1 个,%2 个已存在,%3 个无法读取</translation>
    </message>
    <message>
        <source>%1 runs written to %2</source>
        <translation>已将 %1 个运行写入 %2</translation>
    </message>
    <message>
        <source>Import runs</source>
        <translation>导入运行</translation>
    </message>
    <message>
        <source>Runs (*.presslab *.db run.json);;All files (*)</source>
        <translation>运行 (*.presslab *.db run.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Export runs</source>
        <translation>导出运行</translation>
    </message>
    <message>
        <source>Runs (*.presslab)</source>
        <translation>运行 (*.presslab)</translation>
    </message>
    <message>
        <source>All tags</source>
        <translation>全部标签</translation>
    </message>
    <message>
        <source>No run is kept yet. Every comparison that ends is added here, from the window and from the command line.</source>
        <translation>还没有保存的运行。无论在窗口还是命令行,每次结束的对比都会加入这里。</translation>
    </message>
    <message>
        <source>No kept run matches the search.</source>
        <translation>没有符合搜索条件的运行。</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>At most %1 runs at a time</source>
        <translation>一次最多 %1 个运行</translation>
    </message>
    <message>
        <source>Lays the chosen runs over each other; choose two or more with Ctrl or Shift</source>
        <translation>叠加对比选中的运行;按住 Ctrl 或 Shift 选择两个或更多</translation>
    </message>
    <message>
        <source>%1 runs deleted. Deleted runs can be brought back until the window is closed.</source>
        <translation>已删除 %1 个运行。关闭窗口之前可以恢复。</translation>
    </message>
    <message>
        <source>%1 rows copied as a table</source>
        <translation>已将 %1 行复制为表格</translation>
    </message>
    <message>
        <source>Kept runs</source>
        <translation>已保存的运行</translation>
    </message>
    <message>
        <source>Search name, model, methods, tags, note, command</source>
        <translation>搜索名称、模型、方法、标签、备注、命令</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Only runs with this tag</source>
        <translation>只显示带此标签的运行</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open the chosen run</source>
        <translation>打开选中的运行</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Lay the chosen runs over each other</source>
        <translation>叠加对比选中的运行</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Take runs in from a file</source>
        <translation>从文件导入运行</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write the chosen runs into one file; all that are shown where none is chosen</source>
        <translation>将选中的运行写入一个文件;未选中时写入全部显示的运行</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete the chosen runs</source>
        <translation>删除选中的运行</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Bring the deleted runs back</source>
        <translation>恢复已删除的运行</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>搜索历史</translation>
    </message>
    <message>
        <source>Copy as a table</source>
        <translation>复制为表格</translation>
    </message>
</context>
<context>
    <name>presslab::HistoryPanel</name>
    <message>
        <source>No single run is chosen</source>
        <translation>没有选中单个运行</translation>
    </message>
    <message>
        <source>%1 tokens, %2 new</source>
        <translation>%1 个 token,新生成 %2 个</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Tags, separated by commas</source>
        <translation>标签,用逗号分隔</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
</context>
<context>
    <name>presslab::OverlayModel</name>
    <message>
        <source>Not compared: the pinned run itself, a method that is not in it, a figure that was not measured, or settings that differ</source>
        <translation>未比较:它就是固定的运行、其中没有此方法、数值未测量,或设置不同</translation>
    </message>
    <message>
        <source>over %1</source>
        <translation>相对 %1</translation>
    </message>
    <message>
        <source>over baseline</source>
        <translation>相对基线</translation>
    </message>
    <message>
        <source>over Duo</source>
        <translation>相对 Duo</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>KL</source>
        <translation>KL</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>解码</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>tok/s</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>首个 token</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>ms</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>nats</translation>
    </message>
    <message>
        <source>Same token</source>
        <translation>相同 token</translation>
    </message>
</context>
<context>
    <name>presslab::OverlayPage</name>
    <message>
        <source>The table is in the clipboard</source>
        <translation>表格已复制到剪贴板</translation>
    </message>
    <message>
        <source>bytes (%1)</source>
        <translation>字节数(%1)</translation>
    </message>
    <message>
        <source>times (%1)</source>
        <translation>时间(%1)</translation>
    </message>
    <message>
        <source>quality (%1)</source>
        <translation>质量(%1)</translation>
    </message>
    <message>
        <source>%1 cannot be compared with %2 in %3</source>
        <translation>%1 与 %2 无法比较:%3</translation>
    </message>
    <message>
        <source>All figures of these runs can be compared: same model, prompt, lengths and machine settings.</source>
        <translation>这些运行的全部数值都可以比较:模型、提示、长度和机器设置相同。</translation>
    </message>
    <message>
        <source>the same method</source>
        <translation>相同的方法</translation>
    </message>
    <message>
        <source>← History</source>
        <translation>← 历史</translation>
    </message>
    <message>
        <source>Back to the history</source>
        <translation>返回历史</translation>
    </message>
    <message>
        <source>Back to the history (Alt+Left)</source>
        <translation>返回历史(Alt+左箭头)</translation>
    </message>
    <message>
        <source>%1 runs laid over each other</source>
        <translation>%1 个运行叠加对比</translation>
    </message>
    <message>
        <source>Pinned:</source>
        <translation>固定:</translation>
    </message>
    <message>
        <source>against</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>Run that the others are held against</source>
        <translation>作为对照的运行</translation>
    </message>
    <message>
        <source>Method that the others are held against</source>
        <translation>作为对照的方法</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>Copy the table for a spreadsheet</source>
        <translation>复制表格,用于电子表格</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Only differences</source>
        <translation>只看差异</translation>
    </message>
    <message>
        <source>Only settings that differ</source>
        <translation>只显示不同的设置</translation>
    </message>
    <message>
        <source>Methods of the runs</source>
        <translation>各运行的方法</translation>
    </message>
    <message>
        <source>Settings of the runs</source>
        <translation>各运行的设置</translation>
    </message>
</context>
<context>
    <name>RunSettings</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model fingerprint</source>
        <translation>模型指纹</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Context tokens</source>
        <translation>上下文 token 数</translation>
    </message>
    <message>
        <source>Question tokens</source>
        <translation>问题 token 数</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>新 token 数</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>对齐方式</translation>
    </message>
    <message>
        <source>Timed or race</source>
        <translation>计时或竞速</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Instruction sets</source>
        <translation>指令集</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>KV cache type</source>
        <translation>KV 缓存类型</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力实现</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>LibTorch</source>
        <translation>LibTorch</translation>
    </message>
    <message>
        <source>PressLab version</source>
        <translation>PressLab 版本</translation>
    </message>
    <message>
        <source>Commit</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
</context>
<context>
    <name>presslab::RunSettingsModel</name>
    <message>
        <source>Setting</source>
        <translation>设置项</translation>
    </message>
</context>
<context>
    <name>HubTiers</name>
    <message>
        <source>quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>推荐</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>PressLab report</source>
        <translation>PressLab 报告</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>第 %1 页，共 %2 页</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>What compressing the KV cache saved, and what it cost</source>
        <translation>压缩 KV 缓存节省了什么，付出了什么代价</translation>
    </message>
    <message>
        <source>This run has no verdict.</source>
        <translation>此次运行没有结论。</translation>
    </message>
    <message>
        <source>The run was cancelled; what was finished is shown.</source>
        <translation>运行被取消；显示的是已完成的部分。</translation>
    </message>
    <message>
        <source>The methods ran as a race, taking turns: their times cannot be compared.</source>
        <translation>各方法以竞速方式轮流运行：它们的时间不可比较。</translation>
    </message>
    <message>
        <source>Stamp</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>What was measured</source>
        <translation>测量结果</translation>
    </message>
    <message>
        <source>Improvements</source>
        <translation>改进</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Compared with</source>
        <translation>相比</translation>
    </message>
    <message>
        <source>Memory, %</source>
        <translation>内存，%</translation>
    </message>
    <message>
        <source>Time, %</source>
        <translation>时间，%</translation>
    </message>
    <message>
        <source>Speed, %</source>
        <translation>速度，%</translation>
    </message>
    <message>
        <source>KL ratio</source>
        <translation>KL 比</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Claims</source>
        <translation>指南的论断</translation>
    </message>
    <message>
        <source>Claim of the guide</source>
        <translation>论断</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>匹配</translation>
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
        <translation>理由</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Context tokens</source>
        <translation>上下文 token</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Question tokens</source>
        <translation>问题 token</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>新 token</translation>
    </message>
    <message>
        <source>Mode and match</source>
        <translation>模式与匹配</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>CPU flags</source>
        <translation>CPU 指令集</translation>
    </message>
    <message>
        <source>Measured bandwidth</source>
        <translation>实测带宽</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>How it was measured</source>
        <translation>测量方法</translation>
    </message>
    <message>
        <source>Every method got the same token ids and decoded the same number of tokens. In a timed run the methods run alone, one after the other; a short run before them is discarded, and with repeats the median run is shown with its spread.</source>
        <translation>每种方法得到相同的 token id，并解码相同数量的 token。计时运行时各方法依次单独运行；之前的一小段预热被丢弃，重复运行时显示中位数那次及其离散程度。</translation>
    </message>
    <message>
        <source>KV bytes are counted from the storages of every layer and head, never from a formula. The peak is the highest while the prompt is read: the layers that are already cut and one that still stands whole.</source>
        <translation>KV 字节数由每层每头的存储实际统计，绝不由公式推算。峰值是读取提示时的最高值：已压缩的各层加上仍完整的一层。</translation>
    </message>
    <message>
        <source>Times come from a steady clock. Prefill speed leaves compression out; time to the first token is tokenising, prefill, compression and that token. The bound of a token is the bytes of weights and kept KV over the bandwidth that was measured in this run.</source>
        <translation>时间取自单调时钟。预填充速度不含压缩；首 token 时间包括分词、预填充、压缩和该 token。每个 token 的下限是权重与保留 KV 的字节数除以本次运行实测的带宽。</translation>
    </message>
    <message>
        <source>Quality is measured afterwards, untimed, through the same kernels: every method is fed the uncompressed run's answer, and its predictions are compared position by position (KL divergence over the whole vocabulary in nats, same most likely token). The uncompressed run itself is therefore exactly zero.</source>
        <translation>质量在之后以同样的内核测量，不计时：向每种方法输入未压缩运行的回答，逐位置比较其预测（全词表 KL 散度，单位 nat；最可能 token 是否相同）。因此未压缩运行自身恰好为零。</translation>
    </message>
    <message>
        <source>A dash stands for what was not measured.</source>
        <translation>短横线表示未测量。</translation>
    </message>
</context>
<context>
    <name>presslab::HubPanel</name>
    <message>
        <source>%1 s left</source>
        <translation>剩余 %1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s left</source>
        <translation>剩余 %1 分 %2 秒</translation>
    </message>
    <message>
        <source>Cancelled. What came is kept; Get goes on from there.</source>
        <translation>已取消。已下载的部分保留，再按“获取”可继续。</translation>
    </message>
    <message>
        <source>Get a model from the Hugging Face hub</source>
        <translation>从 Hugging Face 获取模型</translation>
    </message>
    <message>
        <source>owner/name or owner/name:file.gguf</source>
        <translation>所有者/名称 或 所有者/名称:文件.gguf</translation>
    </message>
    <message>
        <source>Repository on the hub</source>
        <translation>仓库名称</translation>
    </message>
    <message>
        <source>File of the repository</source>
        <translation>仓库中的文件</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>获取</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Get this model</source>
        <translation>获取此模型</translation>
    </message>
    <message>
        <source>Cancel the download</source>
        <translation>取消下载</translation>
    </message>
    <message>
        <source>Progress of the download</source>
        <translation>下载进度</translation>
    </message>
    <message>
        <source>These three are the guide&apos;s. GGUF files and Hugging Face folders (safetensors, PyTorch) both run. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are read.</source>
        <translation>这三个是指南中的模型。GGUF 文件和 Hugging Face 文件夹（safetensors、PyTorch）都可以运行。会读取 HF_ENDPOINT、HF_TOKEN 和 HF_HUB_OFFLINE。</translation>
    </message>
    <message>
        <source>Get %1</source>
        <translation>获取 %1</translation>
    </message>
    <message>
        <source>Asking the hub…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>%1 a second</source>
        <translation>每秒 %1</translation>
    </message>
    <message>
        <source>trying again: %1</source>
        <translation>正在重试：%1</translation>
    </message>
    <message>
        <source>The repository holds %1 models: choose one, then Get.</source>
        <translation>该仓库有 %1 个模型：请选择一个，再按“获取”。</translation>
    </message>
    <message>
        <source>%1 files, %2, are in %3. They are no whole model.</source>
        <translation>%1 个文件（%2）已存入 %3，但不是完整的模型。</translation>
    </message>
    <message>
        <source>Here: %1 (%2)</source>
        <translation>已就绪：%1（%2）</translation>
    </message>
</context>
<context>
    <name>presslab::ModelFacts</name>
    <message>
        <source>Memory of the comparison that is set</source>
        <translation>当前设置的对比所需内存</translation>
    </message>
    <message>
        <source>Memory of each method</source>
        <translation>各方法的内存</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>KV after</source>
        <translation>压缩后 KV</translation>
    </message>
    <message>
        <source>KV peak</source>
        <translation>KV 峰值</translation>
    </message>
    <message>
        <source>Scratch</source>
        <translation>临时</translation>
    </message>
    <message>
        <source>With model</source>
        <translation>含模型</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>%1 million, %2, file of %3</source>
        <translation>%1 百万，%2，文件 %3</translation>
    </message>
    <message>
        <source>Layers x KV heads</source>
        <translation>层 x KV 头</translation>
    </message>
    <message>
        <source>%1 x %2 (%3 query heads, head dim %4)</source>
        <translation>%1 x %2（%3 个查询头，头维度 %4）</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>位置数</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>%1 bytes for each token (%2)</source>
        <translation>每个 token %1 字节（%2）</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>分词器</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>No model is chosen</source>
        <translation>未选择模型</translation>
    </message>
    <message>
        <source>%1 tokens of context, %2 new. Loaded: %3, of which weights %4 and pages of the file %5, which the system can take back.</source>
        <translation>上下文 %1 个 token，新生成 %2 个。加载后：%3，其中权重 %4，文件页 %5（系统可以收回）。</translation>
    </message>
    <message>
        <source>not here</source>
        <translation>此处不可用</translation>
    </message>
    <message>
        <source>Quality passes</source>
        <translation>质量评估</translation>
    </message>
    <message>
        <source>The full cache and a copy of it, untimed</source>
        <translation>完整缓存及其一份副本，不计时</translation>
    </message>
    <message>
        <source>Bandwidth measurement</source>
        <translation>带宽测量</translation>
    </message>
    <message>
        <source>Two buffers, given back before the methods run</source>
        <translation>两个缓冲区，在方法运行前归还</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Peak of the whole comparison: %1. This machine has %2 available: it fits.</source>
        <translation>整个对比的峰值：%1。本机可用 %2：放得下。</translation>
    </message>
    <message>
        <source>Peak of the whole comparison: %1. This machine has only %2 available: it will swap or be ended by the system.</source>
        <translation>整个对比的峰值：%1。本机仅有 %2 可用：会使用交换空间，或被系统终止。</translation>
    </message>
    <message>
        <source>Loaded</source>
        <translation>已加载</translation>
    </message>
    <message>
        <source>Load this model</source>
        <translation>加载此模型</translation>
    </message>
    <message>
        <source>Start anyway</source>
        <translation>仍然开始</translation>
    </message>
</context>
<context>
    <name>presslab::ModelsPage</name>
    <message>
        <source>Models on this machine</source>
        <translation>本机上的模型</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter the models</source>
        <translation>筛选模型</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>Look for models again</source>
        <translation>重新查找模型</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>打开模型文件</translation>
    </message>
    <message>
        <source>Looked for in $PRESSLAB_MODELS, the data folder, the Hugging Face cache, LM Studio and GPT4All; files can be dropped here.</source>
        <translation>查找范围：$PRESSLAB_MODELS、数据文件夹、Hugging Face 缓存、LM Studio 和 GPT4All；也可以把文件拖到这里。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Layers x KV heads</source>
        <translation>层 x KV 头</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>位置数</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>cannot be run</source>
        <translation>无法运行</translation>
    </message>
    <message>
        <source>Reading the header…</source>
        <translation>正在读取文件头…</translation>
    </message>
</context>
<context>
    <name>presslab::CheatSheet</name>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>In a chart</source>
        <translation>图表中</translation>
    </message>
    <message>
        <source>Numbers as a table</source>
        <translation>以表格显示数据</translation>
    </message>
    <message>
        <source>Zoom at the cursor, move</source>
        <translation>在光标处缩放、移动</translation>
    </message>
    <message>
        <source>wheel, drag</source>
        <translation>滚轮、拖动</translation>
    </message>
    <message>
        <source>Reset zoom</source>
        <translation>重置缩放</translation>
    </message>
</context>
<context>
    <name>presslab::OfferBar</name>
    <message>
        <source>Close the offer</source>
        <translation>关闭提示</translation>
    </message>
    <message>
        <source>Take the offer</source>
        <translation>采用建议</translation>
    </message>
</context>
<context>
    <name>presslab::ChartSizeDialog</name>
    <message>
        <source>Size of exported charts</source>
        <translation>导出图表的尺寸</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>Pixels of PNG</source>
        <translation>PNG 的像素密度</translation>
    </message>
</context>
<context>
    <name>presslab::ReplayProgress</name>
    <message>
        <source>Progress of the replay</source>
        <translation>重放进度</translation>
    </message>
</context>
<context>
    <name>presslab::ParetoChart</name>
    <message>
        <source>Bytes against quality</source>
        <translation>字节与质量</translation>
    </message>
    <message>
        <source>upper left is better · bars: 95 % · dashed: references</source>
        <translation>左上更好 · 误差线：95 % · 虚线：参照</translation>
    </message>
    <message>
        <source>lower left is better · bars: 95 % · dashed: references</source>
        <translation>左下更好 · 误差线：95 % · 虚线：参照</translation>
    </message>
    <message>
        <source>KV cache held (MiB)</source>
        <translation>保留的 KV 缓存 (MiB)</translation>
    </message>
    <message>
        <source>score (%)</source>
        <translation>得分 (%)</translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation>困惑度</translation>
    </message>
    <message>
        <source>mean KL divergence (nats)</source>
        <translation>平均 KL 散度 (nats)</translation>
    </message>
    <message>
        <source>oracle</source>
        <translation>先知</translation>
    </message>
    <message>
        <source>full cache</source>
        <translation>完整缓存</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>KV (MiB)</source>
        <translation>KV (MiB)</translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation>KL 散度</translation>
    </message>
    <message>
        <source>Agreement (%)</source>
        <translation>一致率 (%)</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>困惑度</translation>
    </message>
    <message>
        <source>Score (%)</source>
        <translation>得分 (%)</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>下限</translation>
    </message>
    <message>
        <source>High</source>
        <translation>上限</translation>
    </message>
</context>
<context>
    <name>presslab::PositionChart</name>
    <message>
        <source>Quality loss by position</source>
        <translation>各位置的质量损失</translation>
    </message>
    <message>
        <source>KL divergence from the full cache, mean of the instances</source>
        <translation>与完整缓存的 KL 散度，各实例的平均</translation>
    </message>
    <message>
        <source>position behind the context</source>
        <translation>上下文之后的位置</translation>
    </message>
    <message>
        <source>KL divergence (nats)</source>
        <translation>KL 散度 (nats)</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>位置</translation>
    </message>
</context>
<context>
    <name>presslab::QualityPage</name>
    <message>
        <source>&quot;%1&quot; is no number</source>
        <translation>“%1”不是数字</translation>
    </message>
    <message>
        <source>Open a grid</source>
        <translation>打开网格</translation>
    </message>
    <message>
        <source>The command is in the clipboard</source>
        <translation>命令已在剪贴板中</translation>
    </message>
    <message>
        <source>Choose at least one task</source>
        <translation>请至少选择一项任务</translation>
    </message>
    <message>
        <source>Name at least one length</source>
        <translation>请至少给出一个长度</translation>
    </message>
    <message>
        <source>The engine is busy</source>
        <translation>引擎正忙</translation>
    </message>
    <message>
        <source>%1 s left</source>
        <translation>剩余 %1 秒</translation>
    </message>
    <message>
        <source>%1 min left</source>
        <translation>剩余 %1 分钟</translation>
    </message>
    <message>
        <source>%1 of %2 replays, %3</source>
        <translation>重放 %1 / %2，%3</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>Stopped; %1 replays are kept. Resume continues.</source>
        <translation>已停止；保留了 %1 次重放。按“继续”接着运行。</translation>
    </message>
    <message>
        <source>%1 replays, kept in %2</source>
        <translation>%1 次重放，保存在 %2</translation>
    </message>
    <message>
        <source>%1 replays of %2</source>
        <translation>%2 的 %1 次重放</translation>
    </message>
    <message>
        <source>Methods of the controls: %1; random, streaming_llm and the oracle are added</source>
        <translation>控制面板中的方法：%1；另加随机、streaming_llm 与先知</translation>
    </message>
    <message>
        <source>Export the rows</source>
        <translation>导出各行</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>已写入：%1</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>KV (MiB)</source>
        <translation>KV (MiB)</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>困惑度</translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation>KL 散度</translation>
    </message>
    <message>
        <source>Agreement (%)</source>
        <translation>一致率 (%)</translation>
    </message>
    <message>
        <source>Score (%)</source>
        <translation>得分 (%)</translation>
    </message>
    <message>
        <source>95 %</source>
        <translation>95 %</translation>
    </message>
    <message>
        <source>Attention kept (%)</source>
        <translation>保留的注意力 (%)</translation>
    </message>
    <message>
        <source>Instances</source>
        <translation>实例</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>left out of means: the full cache scores %1 %</source>
        <translation>不计入平均：完整缓存得分 %1 %</translation>
    </message>
    <message>
        <source>mean of the tasks that the full cache can do</source>
        <translation>完整缓存能完成的任务的平均</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Divergence</source>
        <translation>散度</translation>
    </message>
    <message>
        <source>Needles (8)</source>
        <translation>大海捞针 (8)</translation>
    </message>
    <message>
        <source>Variables</source>
        <translation>变量跟踪</translation>
    </message>
    <message>
        <source>Common words</source>
        <translation>常见词</translation>
    </message>
    <message>
        <source>Frequent words</source>
        <translation>高频词</translation>
    </message>
    <message>
        <source>Passkeys</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Key-value pairs</source>
        <translation>键值对</translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Context tokens, separated by commas</source>
        <translation>上下文词元数，用逗号分隔</translation>
    </message>
    <message>
        <source>Ratios</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Shares removed, separated by commas; empty: as the methods say</source>
        <translation>移除的份额，用逗号分隔；留空则按方法自身</translation>
    </message>
    <message>
        <source>Instances of every task; more of them make intervals narrower</source>
        <translation>每项任务的实例数；越多区间越窄</translation>
    </message>
    <message>
        <source>Compress the question too</source>
        <translation>问题也一并压缩</translation>
    </message>
    <message>
        <source>Run grid</source>
        <translation>运行网格</translation>
    </message>
    <message>
        <source>One prefill an instance, every method replayed from it; rows that are there already are not run again</source>
        <translation>每个实例预填充一次，各方法由此重放；已有的行不再运行</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Continues the grid that is shown, with its own settings</source>
        <translation>按其自身设置继续所示的网格</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>A grid that was run before</source>
        <translation>以前运行过的网格</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>The presslab-cli command that runs this grid</source>
        <translation>运行此网格的 presslab-cli 命令</translation>
    </message>
    <message>
        <source>CSV…</source>
        <translation>CSV…</translation>
    </message>
    <message>
        <source>All rows as a table</source>
        <translation>全部行的表格</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Task to show</source>
        <translation>显示的任务</translation>
    </message>
    <message>
        <source>Length to show</source>
        <translation>显示的长度</translation>
    </message>
    <message>
        <source>Ratio of the chart by position</source>
        <translation>按位置图表的比例</translation>
    </message>
    <message>
        <source>Rows of the grid</source>
        <translation>网格的各行</translation>
    </message>
</context>
</TS>
