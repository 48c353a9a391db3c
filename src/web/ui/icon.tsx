// The page's own icons: 20 by 20 strokes that take the text's colour. Always decoration: the control has the name.
const PATHS = {
  plus: "M10 4v12M4 10h12",
  send: "M10 16V4.5M4.8 9.5 10 4.3l5.2 5.2",
  stop: "M6 6h8v8H6z",
  copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
  check: "m4.5 10.5 3.7 3.7 7.3-8",
  retry: "M15.5 6.2V3.4M15.5 6.2h-2.8M15.3 6A6.2 6.2 0 1 0 16.2 10",
  more: "M4 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M9.5 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M15 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0",
  back: "M16 10H4.5M9.5 4.8 4.3 10l5.2 5.2",
  down: "M10 4v11.5M4.8 10.5 10 15.7l5.2-5.2",
  people:
    "M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.3 16.2c.3-2.9 2.4-4.5 5.2-4.5s4.9 1.6 5.2 4.5M13 4.2a2.7 2.7 0 0 1 0 5.1M14.8 12c1.7.6 2.7 2 2.9 4.2",
  settings: "M3.5 6.5h7M14.5 6.5h2M3.5 13.5h2M9.5 13.5h7M12.5 4.5v4M7.5 11.5v4",
  close: "m5 5 10 10M15 5 5 15",
  trash: "M4 6h12M8 6V3.8h4V6M5.5 6l.7 10.2h7.6L14.5 6M8.5 9v4.5M11.5 9v4.5",
  pencil: "M4 16l.7-3.3 8.6-8.6 2.6 2.6-8.6 8.6zM11.7 5.7l2.6 2.6",
  theme: "M10 3.5a6.5 6.5 0 1 0 0 13zM10 3.5a6.5 6.5 0 0 1 0 13",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M7 11.5h6",
  logOut: "M8 3.5H4v13h4M12.5 6.5 16 10l-3.5 3.5M16 10H7.5",
  alert: "M10 7v4M10 13.6h.01M10 2.8l7.7 13.7H2.3z",
  image: "M3 4h14v12H3zM3 13.5l4-4 3.5 3.5 2-2L17 14.5M12.5 7.5h.01",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
  reply: "M8.5 5 4 9.5 8.5 14M4 9.5h7a5 5 0 0 1 5 5v1",
  left: "M12 5.5 7.5 10l4.5 4.5",
  right: "M8 5.5l4.5 4.5L8 14.5",
  model: "M5 6.5h10v7H5zM10 3.5v3M8 9.5v1M12 9.5v1M3 9v2M17 9v2",
  download: "M10 3.5v9M6 8.8l4 4 4-4M4 16.3h12",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.8-2.8a3 3 0 0 0-4.3-4.3l-1.2 1.2M11.5 8.5a3 3 0 0 0-4.3 0l-2.8 2.8a3 3 0 0 0 4.3 4.3l1.2-1.2",
  chart: "M3.5 3.5v13h13M6.5 12.5l3-3.5 2.5 2 4-5",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  bubble: "M3.5 4.5h13v9h-7l-3.5 3v-3H3.5z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="logo-ground" />
      <path d="M8 8.5h16v9L17.5 24H8z" className="logo-sheet" />
      <path d="M17.5 24v-6.5H24" className="logo-edge" />
    </svg>
  );
}
