#!/usr/bin/perl
# Is a banner that is put in seen? HTML with styles that hide, move and cover it goes through the
# filter, and then into headless Chromium, scripting off, as a mail client shows it. Either the
# reader sees the banner on the first screen - its words are on top of all else and have its
# colours - or the filter has noticed and done what banner_fallback says. Pages that hide nothing
# are not taken for ones that do. Part of make check-full: needs Chromium, node and npm, and for
# its first run the network.
use strict; use warnings;
use lib 't/lib';
use File::Copy 'copy';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $t = '<p id="text">Dear colleague, please pay the invoice today.</p>' . '<p>More words of the text.</p>' x 10;
sub page { my ($head, $body, $attr) = @_; return "<html><head><title>t</title>$head</head><body" . ($attr // '') . ">$body</body></html>" }
sub sheet { return page("<style>$_[0]</style>", $_[1] // $t, $_[2]) }
sub cover { return page('', "<div style=\"position:$_[0];top:0;left:0;width:100%;height:300px;background:white;z-index:2147483647\">$t</div>") }
my @hide = (
	['sheet: display of its name',    sheet('[data-wonted]{display:none!important}')],
	['sheet: display of everything',  sheet('*{display:none!important}')],
	['sheet: first child',            sheet('body>*:first-child{display:none!important}')],
	['sheet: div',                    sheet('div{display:none!important}')],
	['sheet: letters',                sheet('[data-wonted] *{display:none!important;font-size:0!important;color:white!important}')],
	['sheet: b and span',             sheet('b,span{position:absolute!important;left:-9999px!important;opacity:0!important}')],
	['sheet: visibility of all',      sheet('*{visibility:hidden!important} #text{visibility:visible!important}')],
	['sheet: layer',                  sheet('@layer a{div,b,span{display:none!important}}')],
	['sheet: universal size',         sheet('*{font-size:0!important;line-height:0!important;max-height:0!important;overflow:hidden!important}')],
	['sheet: text-indent',            sheet('*{text-indent:-9999px!important}')],
	['sheet: clip-path',              sheet('div{clip-path:inset(100%)!important}')],
	['sheet: writing mode',           sheet('*{writing-mode:vertical-rl!important}')],
	['sheet: transform of div',       sheet('div{transform:translateX(-9999px)!important}')],
	['sheet: translate of div',       sheet('div{translate:-9999px 0!important;rotate:90deg!important;scale:0!important}')],
	['sheet: position of div',        sheet('div{position:fixed!important;top:-9999px!important;left:-9999px!important;inset:-9999px auto auto -9999px!important}')],
	['sheet: margin of div',          sheet('div{margin:-9999px!important;margin-inline-start:-9999px!important}')],
	['sheet: column span',            sheet('div{column-span:all!important;columns:20!important;column-count:40!important}')],
	['sheet: content',                sheet('div{content:url(data:image/gif;base64,R0lGODlhAQABAAAAACw=)!important} b{content:""!important}')],
	['sheet: mask',                   sheet('div{mask:linear-gradient(transparent,transparent)!important;-webkit-mask:linear-gradient(transparent,transparent)!important}')],
	['sheet: blend',                  sheet('div{mix-blend-mode:lighten!important}')],
	['sheet: content-visibility',     sheet('div{content-visibility:hidden!important}')],
	['sheet: contain',                sheet('div{contain:strict!important;contain-intrinsic-size:0!important}')],
	['sheet: before covers',          sheet('div[data-wonted]::before{content:"SAFE";position:absolute;inset:0;background:white;z-index:9}')],
	['sheet: after covers',           sheet('*::after{content:"This message was checked";position:absolute;top:0;left:0;width:100%;height:200px;background:white;color:black}')],
	['sheet: body before covers',     sheet('body::before{content:"";position:fixed;top:0;left:0;right:0;height:200px;background:white;z-index:2147483647}')],
	['sheet: html before pushes',     sheet('html::before{content:"";display:block;height:3000px}')],
	['sheet: body before pushes',     sheet('body::before{content:"";display:block;height:3000px}')],
	['sheet: body padding',           sheet('body{padding-top:3000px!important}')],
	['sheet: html padding',           sheet('html{padding-top:3000px}')],
	['sheet: body display',           sheet('body{display:none}')],
	['sheet: body contents',          sheet('body{display:contents}')],
	['sheet: body flex reverse',      sheet('body{display:flex;flex-direction:column-reverse}', $t x 20)],
	['sheet: body grid order',        sheet('body{display:grid} #text{order:-1;height:3000px}')],
	['sheet: flex order',             sheet('body{display:flex;flex-direction:column} #text{order:-1;height:3000px}')],
	['sheet: flex order of banner',   sheet('body{display:flex;flex-direction:column} div{order:99!important} #text{height:3000px}')],
	['sheet: body opacity',           sheet('body{opacity:0}')],
	['sheet: body filter',            sheet('body{filter:brightness(20)}')],
	['sheet: html filter invert',     sheet('html{filter:blur(9px)}')],
	['sheet: body margin',            sheet('body{margin-top:-900px}', '<div style="height:900px"></div>' . $t)],
	['sheet: body transform',         sheet('body{transform:translateY(-900px)}', '<div style="height:900px"></div>' . $t)],
	['sheet: body translate',         sheet('body{translate:0 -900px}', '<div style="height:900px"></div>' . $t)],
	['sheet: body scale',             sheet('body{transform:scale(0.01)}')],
	['sheet: body zoom',              sheet('body{zoom:0.05}')],
	['sheet: body height',            sheet('body{height:0;overflow:hidden} html{overflow:auto}')],
	['sheet: html overflow',          sheet('html{height:0;overflow:hidden} #text{position:fixed;top:0}')],
	['sheet: body relative',          sheet('body{position:relative;top:-900px}', '<div style="height:900px"></div>' . $t)],
	['sheet: body absolute',          sheet('body{position:absolute;left:-9999px} #text{position:fixed;left:0;top:0}')],
	['sheet: body width',             sheet('body{width:0;overflow:hidden} #text{position:absolute}')],
	['sheet: body clip',              sheet('body{clip-path:inset(300px 0 0 0)}', '<div style="height:300px"></div>' . $t)],
	['sheet: body mask',              sheet('body{-webkit-mask:linear-gradient(transparent 300px,black 300px)}', '<div style="height:300px"></div>' . $t)],
	['sheet: body writing mode',      sheet('body{writing-mode:vertical-rl}')],
	['sheet: body columns',           sheet('body{columns:100;height:100px}')],
	['sheet: body perspective',       sheet('body{transform:rotateY(90deg)} ')],
	['sheet: body rotated',           sheet('body{rotate:180deg}')],
	['sheet: content of body',        sheet('body{content-visibility:hidden}')],
	['sheet: html display',           sheet('html{visibility:collapse} body{display:flex;flex-direction:column-reverse;height:2000px}', $t)],
	['sheet: media',                  sheet('@media all{body{padding-top:3000px}}')],
	['sheet: supports',               sheet('@supports(display:grid){body{padding-top:3000px}}')],
	['sheet: container nesting',      sheet('html{& body{padding-top:3000px}}')],
	['sheet: is()',                   sheet(':is(body){padding-top:3000px}')],
	['sheet: has()',                  sheet(':has(>div){padding-top:3000px}')],
	['sheet: universal padding',      sheet('*{padding-top:1000px}')],
	['sheet: root variable',          sheet(':root{--a:3000px} body{padding-top:var(--a)}')],
	['sheet: calc',                   sheet('body{padding-top:calc(30px*100)}')],
	['sheet: vh',                     sheet('body{padding-top:100vh}')],
	['sheet: percent',                sheet('body{padding-top:100%}')],
	['sheet: border',                 sheet('body{border-top:3000px solid white}')],
	['sheet: logical',                sheet('body{padding-block-start:3000px}')],
	['sheet: escapes',                sheet('b\\6f dy{p\\61 dding-top:3000px}')],
	['sheet: comment inside',         sheet('body{padding-/**/top:1px;padding-top/**/:3000px}')],
	['sheet: animation',              sheet('@keyframes a{from,to{padding-top:3000px}} body{animation:a 9s infinite}')],
	['sheet: scroll',                 sheet('#text{scroll-margin:0} html{scroll-snap-type:y mandatory} #end{scroll-snap-align:start;height:2000px}', $t . '<div id="end">x</div>')],
	['sheet: base64',                 page('<link rel="stylesheet" href="data:text/css;base64,Ym9keXtwYWRkaW5nLXRvcDozMDAwcHh9">', $t)],
	['sheet: import',                 sheet('@import "data:text/css,body{padding-top:3000px}";')],
	['sheet: in the body',            page('', $t . '<style>body{padding-top:3000px}</style>')],
	['sheet: in svg',                 page('', $t . '<svg><style>body{padding-top:3000px}</style></svg>')],
	['sheet: first-line',             sheet('body::first-line{font-size:0;color:transparent}')],
	['sheet: tables',                 sheet('table,tr,td{display:none!important;font-size:0!important}')],
	['sheet: backdrop',               sheet('div{backdrop-filter:blur(9px)!important}')],
	['sheet: anchor',                 sheet('#text{position:fixed;inset:0;background:white}')],
	['sheet: negative margin',        sheet('#text{position:relative;margin-top:-300px;background:white;padding:400px 0}')],
	['sheet: font face',              sheet('@font-face{font-family:sans-serif;src:url(data:font/woff2;base64,AAAA)} *{font-family:x!important}')],
	['attribute: body style',         page('', $t, ' style="padding-top:3000px"')],
	['attribute: body margin',        page('', $t, ' style="margin-top:-900px"')],
	['attribute: topmargin',          page('', $t, ' topmargin="3000"')],
	['attribute: marginheight',       page('', $t, ' marginheight=3000')],
	['attribute: body hidden',        page('', $t, ' hidden')],
	['attribute: html style',         "<html style=\"padding-top:3000px\"><body>$t</body></html>"],
	['attribute: html hidden',        "<html hidden><body>$t</body></html>"],
	['attribute: second body',        "<html><body>$t<body style=\"padding-top:3000px\">x</body></html>"],
	['attribute: second html',        "<html><body>$t<html style=\"padding-top:3000px\">x</body></html>"],
	['attribute: bgcolor',            page('', $t, ' bgcolor="#fff4ce" text="#fff4ce"')],
	['attribute: dir',                page('', $t, ' dir="rtl"')],
	['cover: fixed',                  cover('fixed')],
	['cover: absolute',               cover('absolute')],
	['cover: relative',               page('', "<div style=\"position:relative;top:-300px;height:600px;background:white\">$t</div>")],
	['cover: negative margin',        page('', "<div style=\"margin-top:-300px;padding-top:0;position:relative;background:white;height:700px;z-index:2147483647\">$t</div>")],
	['cover: transform',              page('', "<div style=\"transform:translateY(-300px);background:white;height:700px;z-index:2147483647\">$t</div>")],
	['cover: translate',              page('', "<div style=\"translate:0 -300px;background:white;height:700px\">$t</div>")],
	['cover: scale',                  page('', "<div style=\"scale:40;background:white;height:200px\">$t</div>")],
	['cover: box shadow',             page('', "<div style=\"position:relative;z-index:2147483647;box-shadow:0 -200px 0 200px white\">$t</div>")],
	['cover: outline',                page('', "<div style=\"outline:300px solid white;position:relative;z-index:2147483647\">$t</div>")],
	['cover: float',                  page('', "<div style=\"float:left;margin-top:-300px;width:100%;height:700px;background:white\">$t</div>")],
	['cover: inline',                 page('', "<span style=\"display:inline-block;margin-top:-300px;width:100%;height:700px;background:white;position:relative;z-index:2147483647\">$t</span>")],
	['cover: image',                  page('', "<img style=\"position:absolute;top:0;left:0;width:100%;height:300px;z-index:2147483647\" src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'%3E%3Crect width='10' height='10' fill='white'/%3E%3C/svg%3E\">$t")],
	['cover: sticky',                 page('', "<div style=\"position:sticky;top:0;margin-top:-200px;height:700px;background:white;z-index:2147483647\">$t</div>")],
	['cover: legacy table',           page('', "<table style=\"position:absolute;top:0\" width=\"100%\" height=\"300\" bgcolor=\"white\"><tr><td>$t</td></tr></table>")],
	['cover: dialog',                 page('', "<dialog open style=\"position:fixed;top:0;left:0;width:100%;height:300px;margin:0;z-index:2147483647\">$t</dialog>")],
	['cover: shadow root',            page('', "<div><template shadowrootmode=\"open\"><style>:host{position:fixed;top:0;left:0;width:100%;height:300px;background:white;z-index:2147483647}</style>$t</template></div>")],
	['cover: inset',                  page('', "<div style=\"position:absolute;inset:0 0 auto 0;height:300px;background:white;z-index:2147483647\">$t</div>")],
	['cover: escaped style',          page('', "<div style=\"p\\6fsition:fixed;top:0;width:100%;height:300px;background:white;z-index:2147483647\">$t</div>")],
	['cover: blend',                  page('', "<div style=\"position:fixed;top:0;left:0;width:100%;height:300px;backdrop-filter:brightness(9);z-index:2147483647;pointer-events:none\"></div>$t")],
	['cover: through clicks',         page('', "<div style=\"position:fixed;top:0;left:0;width:100%;height:300px;background:white;z-index:2147483647;pointer-events:none\"></div>$t")],
	['place: noscript',               "<html><head><noscript><div style=\"height:4000px\">$t</div></noscript></head><body></body></html>"],
	['place: before the body',        "<div style=\"height:4000px\">$t</div><html><body>x</body></html>"],
	['place: in a template',          "<html><template><body>$t</template></html>"],
	['place: frameset',               "<html><frameset><frame src=\"data:text/html,hello\"></frameset></html>"],
	['place: plaintext',              "<plaintext>$t"],
	['place: open comment',           "<!-- <body>$t"],
	['place: svg',                    "<svg style=\"height:3000px\"><foreignObject><body>$t</body></foreignObject></svg>"],
	['place: title open',             "<title><body>$t"],
	['place: select',                 "<select><body>$t"],
	['place: details',                "<details><summary>x</summary><body>$t</details>"],
	['place: head',                   "<html><head style=\"display:block;height:3000px\"><title style=\"display:block;height:3000px\">x</title></head><body>$t</body></html>"],
	['place: head by sheet',          sheet('head,title,style{display:block;height:2000px}')],
	['place: meta refresh',           "<html><head><meta http-equiv=\"refresh\" content=\"0;url=data:text/html,hi\"></head><body>$t</body></html>"],
	['place: xmp',                    "<xmp></xmp><html><body>$t</body></html>"],
	['place: anchor of a marquee',    "<marquee><html><body>$t</marquee>"],
	['place: autofocus',              "<html><body><div style=\"height:3000px\"></div><input autofocus>$t</body></html>"],
);
my @fair = (
	['plain page',                    page('', $t)],
	['no tags',                       $t],
	['newsletter',                    sheet('body{margin:0;padding:0;background:#eee} table{border-collapse:collapse} .w{width:600px;margin:0 auto} td{padding:10px;font-family:Arial} .hide{display:none;max-height:0;overflow:hidden} @media(max-width:600px){.w{width:100%!important}} a{color:#06c;text-decoration:none} .ExternalClass{width:100%} #outlook a{padding:0}', "<div class=\"hide\">preheader</div><table class=\"w\"><tr><td>$t</td></tr></table>")],
	['reset',                         sheet('*{margin:0;padding:0;box-sizing:border-box} html,body{height:100%;width:100%!important} body{min-height:100%;line-height:1.5;-webkit-text-size-adjust:100%}')],
	['big padding',                   sheet('body{padding:60px 20px;margin:0 auto;max-width:640px}')],
	['dark scheme',                   page('<meta name="color-scheme" content="light dark"><style>@media(prefers-color-scheme:dark){body{background:#111!important;color:#eee!important} div,table,td,p{background:#111!important;color:#eee!important}}</style>', $t)],
	['Word',                          "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style><!-- p.MsoNormal,li.MsoNormal{margin:0cm;font-size:11.0pt;font-family:\"Calibri\",sans-serif;} div.WordSection1{page:WordSection1;} \@page WordSection1{size:595.3pt 841.9pt;margin:70.85pt} --></style></head><body lang=EN-GB link=\"#0563C1\" style='word-wrap:break-word'><div class=WordSection1><p class=MsoNormal>Hello</p>$t</div></body></html>"],
	['overlap in the text',           page('', "<p>Hello</p><div style=\"position:relative\"><span style=\"position:absolute;top:2px;left:5px\">1</span>$t</div>")],
	['small negative margins',        page('', "<table style=\"margin:0 -4px\"><tr><td style=\"margin-top:-2px\">$t</td></tr></table>")],
	['fixed width',                   page('', "<center><table width=600 bgcolor=\"#ffffff\"><tr><td>$t</td></tr></table></center>", ' bgcolor="#f0f0f0" topmargin="0" marginheight="0" leftmargin="0"')],
);

my $here = 't/75-browser';
my ($chromium) = grep { -x } map { ("/usr/bin/$_", "/usr/local/bin/$_") } qw(chromium chromium-browser google-chrome);
plan skip_all => 'there is no Chromium: apt-get install chromium' unless $chromium;
plan skip_all => 'there is no node: apt-get install nodejs npm' if system 'node --version >/dev/null 2>&1';

# the driver, outside of the tree of sources
my $work = 'build/browser';
mkdir $_ for 'build', $work;
copy("$here/$_", "$work/$_") or die "$work/$_: $!" for qw(package.json package-lock.json seen.mjs);
system "cd $work && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1" unless -d "$work/node_modules/playwright-core";
plan skip_all => "npm cannot get playwright-core, see $work/npm.log" unless -d "$work/node_modules/playwright-core";

my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, zone => '', set => { headers => 'full' },
	rules => "rule a\n    reason \"Says so of {subject}\"\n    when header \"X\" contains \"y\"\n    threat +6\n")->start;

# bannered - what the filter makes of a page; [file, name, what it says of the banner, subject]
my @pages;
sub bannered {
	my ($name, $html) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $r = $m->send(from => 'bob@example.com', to => ['ann@example.org'], id => 'Q',
		message => "From: bob\@example.com\nX: y\nSubject: hi\nMIME-Version: 1.0\nContent-Type: text/html\n\n$html\n");
	$m->quit;
	my $file = $place->write(sprintf('page-%03d.html', scalar @pages), $r->message =~ s/\A.*?\r\n\r\n//sr);
	push @pages, my $page = { file => $file, name => $name, banner => $r->added('X-Wonted-Banner') // '', message => $r->message };
	$page->{noticed} = $page->{banner} =~ /a style of the sender may hide it/;
	return $page;
}
bannered(@$_) for @hide;
my $n_hide = @pages;
bannered(@$_) for @fair;

for my $page (@pages) {
	like($page->{banner}, qr/^done \(HTML\)/, "$page->{name}: it is put in");
	like($page->{message}, qr/^Subject: \[CAUTION\] hi/m, "$page->{name}: may be hidden, so the subject is marked") if $page->{noticed};
}
ok(!$_->{noticed}, "$_->{name}: hides nothing, and is not said to") for @pages[$n_hide .. $#pages];
my @open = grep { !$_->{noticed} } @pages;
cmp_ok(scalar @open, '>', 40, 'what is not noticed is opened');

my $list = $place->write('list', join '', map { "$_->{file}\n" } @open);
my $shots = $ENV{WONTED_SCREENSHOTS} // ''; # a folder to look at them
my (%seen, %why);
for (`cd $work && node seen.mjs $chromium $list $shots 2>&1`) {
	my $j = eval { decode_json($_) };
	if (!$j) { diag $_; next }
	$seen{$j->{file}} += $j->{seen};
	$why{$j->{file}} .= "$j->{colorScheme}: $j->{why}\n" unless $j->{seen};
}
for my $page (@open) {
	is($seen{$page->{file}} // 0, 2, "$page->{name}: seen, in light and dark") or diag $why{$page->{file}} // 'not looked at', Wonted::Place::read_file($page->{file});
}
ok($d->stop, 'stopped');
done_testing;
