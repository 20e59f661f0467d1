/** Names, badges and badge colours of the channels (white text on each is at least 5.4 : 1). */
const CHANNELS = {
  web: ["Web", "W", "#4152d6"],
  whatsapp: ["WhatsApp", "WA", "#157347"],
  telegram: ["Telegram", "TG", "#1a6fa3"],
  instagram: ["Instagram", "IG", "#a82a72"],
  messenger: ["Messenger", "FB", "#0a5bd0"],
  email: ["E-mail", "@", "#6d41c4"],
  sms: ["SMS", "SMS", "#8a5200"],
  voice: ["Voice", "TEL", "#5b6470"],
  x: ["X", "X", "#1a1d24"],
  discord: ["Discord", "DC", "#5059c9"],
  slack: ["Slack", "SL", "#611f69"],
  teams: ["Teams", "TM", "#4b4fa8"],
  rcs: ["RCS", "RCS", "#1a5fb4"],
  webhook: ["App", "API", "#5a6230"],
  line: ["LINE", "LN", "#06703a"],
  wechat: ["WeChat", "WC", "#2b6b12"],
  viber: ["Viber", "VB", "#6b4fc0"],
};

/** `{name, short, color}`; `twilio-sms` is an SMS; a channel not known here shows its own key. */
export function channelOf(key = "") {
  const [name, short, color] = CHANNELS[key.replace("twilio-", "")] ?? [
    key ? key[0].toUpperCase() + key.slice(1) : "–",
    key.slice(0, 3).toUpperCase(),
    "#3d5a45",
  ];
  return { key, name, short, color };
}
