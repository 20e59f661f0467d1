import { draw } from "../shared/icons.js";

draw({
  chat: "M21 12a8 8 0 0 1-8 8H4l1.8-3.1A8 8 0 1 1 21 12Z",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  inbox: "M3 13h5l1.5 3h5L16 13h5M5.5 5h13L21 13v6H3v-6L5.5 5Z",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 20.5c1-4 4-5.5 8-5.5s7 1.5 8 5.5",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20 20",
  info: "M12 11v5M12 8h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3",
  undo: "M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
  flag: "M5 21V4h11l-1.5 4L16 12H5",
  tag: "M4 4h8l8 8-8 8-8-8V4ZM8 8h.01",
  download: "M12 4v11M8 11.5l4 4 4-4M5 20h14",
  image: "M4 5h16v14H4zM4 16l4.5-4.5L13 16M14 14l2-2 4 4M15.5 9h.01",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  edit: "M4 20h4L19 9l-4-4L4 16z",
  mail: "M3 6h18v12H3zM3 7l9 6.5L21 7",
  list: "M4 7h16M4 12h16M4 17h16",
  reply: "M9 6 4 11l5 5M4 11h10a6 6 0 0 1 6 6v1",
});
